import { plainCodec } from '../../core/record/codec.ts'
import { isHandle } from '../../core/record/id.ts'
import { decodeRecord, type SessionRecord } from '../../core/record/record.ts'
import { type Command, UsageError } from '../command.ts'
import { shown } from '../output.ts'
import type { OpenedStore } from '../stores/open.ts'
import { tableLines } from '../table.ts'
import { fromNow } from '../times.ts'
import { jsonFlag, storageFlags, withStore } from './storage-flags.ts'

/** Records that are read at once. */
const batch = 50

export const sessions: Command = {
  takes: '',
  says: 'lists sessions that are alive, the one used last first',
  more: 'Times are by the deadlines in the records. An app with shorter timeouts may end a session sooner.',
  example: 'npx coatcheck sessions --storage sqlite:./sessions.db --user ada',
  flags: {
    ...storageFlags,
    user: { takes: '<id>', says: 'only those of this user' },
    limit: { takes: '<n>', says: 'reads no more than this many. Default 500' },
    ...jsonFlag,
  },
  run: (given, output) =>
    withStore(given, async (opened) => {
      const limit = Number(given.text('limit') ?? 500)
      if (!Number.isInteger(limit) || limit < 1) {
        throw new UsageError('--limit needs a whole number.')
      }
      const user = given.text('user')
      const { records, isCut } = await collect(opened, user, limit)
      const list = records.map((record) => listed(record, Date.now()))
      if (output.json) output.printJson(list)
      else if (list.length === 0) output.print('There are no sessions.')
      else {
        const [titles, ...rows] = table(list, output.width)
        output.print(output.style('bold', titles!))
        for (const row of rows) output.print(row)
      }
      if (isCut) output.note(`There are more than ${limit}: --limit reads more of them.`)
      return 0
    }),
}

/** The live sessions among so many keys. */
async function collect({ store, keys }: OpenedStore, user: string | undefined, limit: number) {
  const records: SessionRecord[] = []
  const now = Date.now()
  const take = async (some: readonly string[]) => {
    const stored = await Promise.all(some.map((key) => store.read(key)))
    for (const one of stored) {
      const record = one && decodeRecord(one.value, plainCodec)
      const isTheirs = user === undefined || record?.owner === user
      if (record === undefined || !isTheirs || record.replacedBy) continue
      if (endsOf(record, now).expiresAt > now) records.push(record)
    }
  }
  let pending: string[] = []
  let seen = 0
  let isCut = false
  for await (const key of user === undefined ? keys() : await store.keysOf(user)) {
    // Notes of what was ended are kept beside the sessions.
    if (!isHandle(key)) continue
    if (seen === limit) {
      isCut = true
      break
    }
    seen++
    pending.push(key)
    if (pending.length < batch) continue
    await take(pending)
    pending = []
  }
  await take(pending)
  return { records: records.sort((a, b) => b.lastUsedAt - a.lastUsedAt), isCut }
}

function endsOf({ idleDeadline, absoluteDeadline, terms }: SessionRecord, now: number) {
  const end = Math.min(idleDeadline, absoluteDeadline)
  const waitDeadline = terms?.waitDeadline
  const isLocked = waitDeadline !== undefined && end <= now
  return { expiresAt: isLocked ? waitDeadline : end, isLocked }
}

function listed(record: SessionRecord, now: number) {
  const { handle, owner, label, createdAt, authenticatedAt, lastUsedAt } = record
  const context = record.terms?.context
  const about = { handle, userId: owner, label, context, createdAt, authenticatedAt, lastUsedAt }
  return { ...about, ...endsOf(record, now) }
}

function table(list: readonly ReturnType<typeof listed>[], width: number): string[] {
  const now = Date.now()
  const column = (title: string, rank: number, text: (one: (typeof list)[number]) => string) => ({
    title,
    rank,
    cells: list.map(text),
  })
  return tableLines(
    [
      column('HANDLE', 0, ({ handle }) => handle),
      { ...column('USER', 0, ({ userId = '–' }) => shown(userId)), least: 8 },
      { ...column('DEVICE', 2, ({ label = '' }) => shown(label)), least: 10 },
      column('BEGAN', 3, ({ createdAt }) => fromNow(createdAt, now)),
      column('LAST USED', 1, ({ lastUsedAt }) => fromNow(lastUsedAt, now)),
      column(
        'ENDS',
        1,
        ({ expiresAt, isLocked }) => fromNow(expiresAt, now) + (isLocked ? ', locked' : ''),
      ),
    ],
    width,
  )
}
