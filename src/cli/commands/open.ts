import { parseSessionId } from '../../core/record/id.ts'
import { KeptValues } from '../../core/record/kept-values.ts'
import type { Versions } from '../../core/record/wire.ts'
import { type Command, type Given, UsageError } from '../command.ts'
import { openCookie } from '../open-cookie.ts'
import { type Output, shown } from '../output.ts'
import { judge, type Verdict } from '../judge.ts'
import { secretFlags, secretsOf, textOf } from '../secrets.ts'
import { instantText } from '../times.ts'
import { jsonFlag, storageFlags, storageUrl, withStore } from './storage-flags.ts'

export const open: Command = {
  takes: '<cookie>',
  says: 'opens a session cookie and says what it stands for, or why it would be refused',
  more:
    'The cookie is its value, name=value, or a whole Cookie header; - reads it from stdin, which keeps it out of the ' +
    "shell's history: whoever has it is logged in. Values are left out unless you ask for them; ids never show.",
  example: 'npx coatcheck open - --storage file:./sessions < cookie.txt',
  flags: {
    ...secretFlags,
    name: { takes: '<name>', says: 'the name of the cookie. Default __Host-session and session' },
    context: { takes: '<text>', says: 'the context that createCookie() was given' },
    ...storageFlags,
    'show-values': { says: 'shows values and messages' },
    ...jsonFlag,
  },
  async run(given, output) {
    const [word = ''] = given.words
    if (word === '-' && given.text('secret-file') === '-') {
      throw new UsageError('Only one of the cookie and the secrets can come from stdin.')
    }
    const secrets = secretsOf(given)
    if (secrets.length === 0) {
      throw new UsageError('It needs the secret: SESSION_SECRET, --secret-file or --secret.')
    }
    const text = word === '-' ? textOf('-').trim() : word
    const name = given.text('name')
    const cookie = await openCookie(text, secrets, { name, context: given.text('context') })
    if (cookie === undefined) return tell({ refused: notOpened(text) }, {}, given, output)
    const verdict =
      storageUrl(given) === undefined || parseSessionId(cookie.value) === undefined
        ? await judge(cookie.value)
        : await withStore(given, ({ store }) => judge(cookie.value, store))
    return tell(verdict, cookie, given, output)
  },
}

function notOpened(text: string): string {
  const value = text.slice(text.indexOf('=') + 1)
  const others = /^(s%3A|s:)/.test(value)
    ? ' It looks like a cookie of express-session.'
    : value.startsWith('Fe26.2')
      ? ' It looks like a cookie of iron-session.'
      : ''
  return (
    'none of the secrets opens it: it was made with another secret, another name (give --name) or another context, ' +
    `or it is not whole.${others}`
  )
}

interface Source {
  name?: string
  secret?: number
}

function tell(verdict: Verdict, { name, secret }: Source, given: Given, output: Output): number {
  const { refused, record, contents, isUnknown } = verdict
  const withValues = given.has('show-values')
  const describe = (values: ReadonlyMap<string, unknown>) =>
    Object.fromEntries([...values].map(([key, value]) => [key, withValues ? value : kindOf(value)]))
  const about = record && {
    handle: record.handle,
    userId: record.owner,
    label: record.label,
    context: record.terms?.context,
    createdAt: record.createdAt,
    authenticatedAt: record.authenticatedAt,
    lastUsedAt: record.lastUsedAt,
    idleDeadline: record.idleDeadline,
    absoluteDeadline: record.absoluteDeadline,
    persistent: record.persistent,
  }
  const { values, flash } = contents ?? { values: new Map(), flash: new Map() }
  const versions = values instanceof KeptValues ? values.versions : undefined
  const found = {
    accepted: isUnknown ? undefined : refused === undefined,
    refused,
    cookie: name,
    handle: verdict.handle,
    session: about && {
      ...about,
      dataVersions: versions,
      values: describe(values),
      flash: describe(flash),
    },
  }
  if (output.json) {
    output.printJson(found)
    return refused === undefined ? 0 : 1
  }
  const now = Date.now()
  const line = (title: string, text: string | undefined) => {
    if (text !== undefined) output.print(`${output.style('dim', title.padEnd(10))} ${text}`)
  }
  const time = (instant: number | undefined) => instant && instantText(instant, now)
  line('Cookie', name && `${name}, opened with secret ${secret}`)
  line('Session', verdict.handle)
  line('User', record && (record.owner === undefined ? 'nobody' : shown(record.owner)))
  line('Device', record?.label && shown(record.label))
  const context = record?.terms?.context
  line('Context', context && shown(JSON.stringify(context)))
  line('Began', time(record?.createdAt) || undefined)
  line('Logged in', time(record?.authenticatedAt) || undefined)
  line('Last used', time(record?.lastUsedAt) || undefined)
  line('Idle end', time(record?.idleDeadline) || undefined)
  line('Last end', time(record?.absoluteDeadline) || undefined)
  line('Stays', stayOf(record?.persistent))
  line('Version', versions && versionsText(versions))
  for (const [title, map] of [
    ['Value', values],
    ['Message', flash],
  ] as const) {
    for (const [key, value] of map) {
      line(title, `${shown(key)}: ${withValues ? shown(JSON.stringify(value)) : kindOf(value)}`)
    }
  }
  if (values.size + flash.size > 0 && !withValues) output.note('--show-values shows the values.')
  if (isUnknown) {
    output.print('It is genuine. Only --storage <url> can tell whether its session is alive.')
  } else if (refused === undefined) output.print(output.style('green', 'It is accepted.'))
  else output.print(output.style('red', `It is refused: ${refused}`))
  return refused === undefined ? 0 : 1
}

/** What may be told of a value: what it is, and how large. */
function kindOf(value: unknown): string {
  const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  return `${kind}, ${Buffer.byteLength(JSON.stringify(value) ?? '')} bytes`
}

/** What was said of whether the visitor stays logged in. */
function stayOf(persistent: boolean | undefined): string | undefined {
  if (persistent === undefined) return undefined
  return persistent ? 'after the browser closes' : 'until the browser closes'
}

function versionsText([version, others = {}]: Versions): string {
  const texts = Object.entries(others).map(([key, other]) => `${shown(key)} ${String(other)}`)
  return [`of the app's data: ${version}`, ...texts].join(', ')
}
