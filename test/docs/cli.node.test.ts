import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { coatcheckProcess, logIn, secret } from '../cli/run.ts'

/** What changes from run to run: handles, lengths of time and instants. */
function settled(text: string): string {
  return text
    .replace(/[\w-]{22}/g, 'HANDLE')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'INSTANT')
    .replace(/\d+ (s|min|h|d)\b/g, 'TIME')
    .replace(/ +/g, ' ')
    .trim()
}

it('The commands in docs/cli.md print what it says', async (t) => {
  const folder = mkdtempSync('.build/cli-')
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const storage = createFsSessionStorage(join(folder, 'sessions'))
  const { cookie } = await logIn(storage, 'ada')
  await new Promise((resolve) => setTimeout(resolve, 2))
  await logIn(storage, 'ben', { label: 'Safari on iPhone' })
  await storage.close()
  const page = readFileSync('docs/cli.md', 'utf8')
  const blocks = [...page.matchAll(/^```console\n\$ npx coatcheck(.*)\n([^]*?)^```$/gm)]
  assert.equal(blocks.length, 5)
  for (const [, line, output] of blocks) {
    const args = line!.replace(/ < .*/, '').replace('./sessions', join(folder, 'sessions'))
    // The repository itself may lie among temporary files, which doctor would tell of.
    const TMPDIR = join(process.cwd(), folder, 'temporary')
    const env = { SESSION_SECRET: secret, NODE_ENV: 'production', TMPDIR }
    const ran = coatcheckProcess(args.split(' ').filter(Boolean), { env, input: `${cookie}\n` })
    assert.equal(settled(ran.stdout), settled(output!), line)
  }
})
