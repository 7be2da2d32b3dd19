import { isLoopback } from '../../core/cookie/request-place.ts'
import { weaknessOf } from '../../core/cookie/weakness.ts'
import type { Command, Given } from '../command.ts'
import type { Finding } from '../stores/finding.ts'
import { secretFlags, secretsOf } from '../secrets.ts'
import { jsonFlag, storageFlags, storageUrl, withStore } from './storage-flags.ts'

const marks = { ok: ['green', '✓'], note: ['yellow', '•'], wrong: ['red', '✗'] } as const

export const doctor: Command = {
  takes: '',
  says: 'looks at the secret, the environment and the storage, and says what to do',
  example:
    'SESSION_SECRET=… npx coatcheck doctor --storage redis://127.0.0.1:6379 --url https://shop.example',
  flags: {
    ...secretFlags,
    ...storageFlags,
    url: { takes: '<url>', says: 'where browsers find the app' },
    ...jsonFlag,
  },
  async run(given, output) {
    const findings = [...secretFindings(given), ...placeFindings(given.text('url'))]
    if (storageUrl(given) === undefined) {
      findings.push({
        level: 'note',
        says: 'No storage was looked at.',
        advice: 'Give --storage <url>.',
      })
    } else {
      findings.push(...(await withStore(given, ({ findings: look }) => look())))
    }
    if (output.json) output.printJson(findings)
    else {
      for (const { level, says, advice } of findings) {
        const [colour, mark] = marks[level]
        output.print(`${output.style(colour, mark)} ${says}`)
        if (advice !== undefined) output.print(`  ${advice}`)
      }
    }
    return findings.some(({ level }) => level === 'wrong') ? 1 : 0
  },
}

function secretFindings(given: Given): Finding[] {
  const secrets = secretsOf(given)
  if (secrets.length === 0) {
    const advice = 'Set it to what `npx coatcheck secret` prints, or give --secret-file.'
    return [{ level: 'wrong', says: 'SESSION_SECRET is not set.', advice }]
  }
  return secrets.map((secret, index): Finding => {
    const weakness = weaknessOf(secret)
    if (weakness === undefined) return { level: 'ok', says: `Secret ${index + 1} is strong.` }
    const advice =
      'Put a new one from `npx coatcheck secret` in front, and keep this one behind it for a while.'
    return { level: 'wrong', says: `Secret ${index + 1} is ${weakness}.`, advice }
  })
}

function placeFindings(url: string | undefined): Finding[] {
  const mode = process.env['NODE_ENV']
  const findings: Finding[] =
    mode === 'production'
      ? [{ level: 'ok', says: 'NODE_ENV is production: the strict rules hold.' }]
      : [
          {
            level: 'note',
            says: `NODE_ENV is ${mode ? `"${mode}"` : 'not set'}: weak secrets are a warning only, and plain http works on this machine.`,
            advice: 'Set NODE_ENV=production where the app is public.',
          },
        ]
  if (url === undefined) return findings
  if (!URL.canParse(url)) return [...findings, { level: 'wrong', says: 'The --url is no URL.' }]
  const { protocol, href } = new URL(url)
  if (protocol === 'https:') {
    const advice =
      'A proxy in front must send Forwarded or X-Forwarded-Proto, and must not cache what sets cookies.'
    return [...findings, { level: 'ok', says: 'Browsers use https.', advice }]
  }
  if (isLoopback(href)) {
    return [...findings, { level: 'note', says: 'Plain http works on this machine only.' }]
  }
  const says = 'Over plain http browsers drop a Secure cookie without a word: nobody can log in.'
  return [...findings, { level: 'wrong', says, advice: 'Serve over https.' }]
}
