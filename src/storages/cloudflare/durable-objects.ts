import { backendError } from '../parts/backend-error.ts'
import { configError } from '../../core/errors.ts'
import { type OptionKinds, readOptions } from '../../core/options.ts'
import { createHandle } from '../../core/record/id.ts'
import { deadlineKinds, type DeadlineOptions, Operations } from '../parts/operations.ts'
import type { IndexedStore } from '../../core/store/session-store.ts'
import { hashOwner } from '../parts/stored-row.ts'
import { createVersion, type Listing, parseListing } from './object-version.ts'
import type { Answers, Question } from './questions.ts'
import { systemTime } from '../../core/runtime/time.ts'

/** What is called of a binding to a class of Durable Objects. */
export interface DurableObjects {
  idFromName(name: string): unknown
  get(id: unknown): {
    fetch(
      url: string,
      init: { method: string; body: string },
    ): Promise<{ ok: boolean; status: number; json(): Promise<unknown> }>
  }
}

export interface DurableObjectStoreOptions extends DeadlineOptions {
  /** What the names of all objects begin with, where several apps share a class. Default: nothing. */
  prefix?: string | undefined
  /** The clock, in milliseconds since the epoch: it alone decides what has expired. Default `Date.now`. */
  now?: (() => number) | undefined
}

export const durableObjectKinds: OptionKinds<DurableObjectStoreOptions> = {
  ...deadlineKinds,
  prefix: 'string',
  now: 'function',
}

type Ask = <Q extends Question>(object: string, question: Q) => Promise<Answers[Q['do']]>

/** How much longer a key is listed than its record lives at least, in milliseconds: clocks differ. */
const slack = 300_000

/** Keys that are asked for at once. */
const pageSize = 1000

/**
 * Keeps each record in a Durable Object of its own, which compares and swaps, near to where the session began. To read
 * or write takes one request to an object; to write a user's first record, one more.
 *
 * @param objects The binding of {@link SessionDurableObject}, such as `env.SESSIONS`.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the binding or an option is wrong.
 */
export function createDurableObjectStore(
  objects: DurableObjects,
  options?: DurableObjectStoreOptions,
): IndexedStore {
  const own = readOptions('createDurableObjectStore()', options, durableObjectKinds)
  const { prefix = '', now = systemTime } = own
  if (typeof objects?.idFromName !== 'function') {
    throw configError('Sessions in Durable Objects need the binding of their class: env.SESSIONS')
  }
  const operations = new Operations(own)

  const ask: Ask = async (object, question) => {
    // A new stub each time: one that met an error stays broken, and none may be used by other requests.
    const stub = objects.get(objects.idFromName(prefix + object))
    const init = { method: 'POST', body: JSON.stringify(question) }
    const response = await stub.fetch('https://session.object/', init)
    if (!response.ok) throw backendError(`The Durable Object answered with ${response.status}`)
    return (await response.json()) as never
  }

  /** The deadline is for all that an operation asks. What it did not ask until then it asks no more. */
  function run<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    return operations.run((assertInTime) =>
      work(async (object, question) => {
        assertInTime()
        return ask(object, question)
      }),
    )
  }

  /** Before the record is written, so that none is ever missing; and for twice as long: the next writes need not. */
  async function enlist(
    ask: Ask,
    key: string,
    expiresAt: number,
    owner: string | undefined,
    before: Listing | undefined,
  ): Promise<Listing | undefined> {
    if (owner === undefined) return undefined
    const list = await listOf(owner)
    if (before?.list === list && before.until >= expiresAt + slack) return before
    const time = now()
    const until = expiresAt + Math.max(expiresAt - time, slack)
    const token = createHandle()
    await ask(list, { do: 'add', key, token, until, now: time })
    return { list, token, until }
  }

  /** In pages, so that no answer is long, however many they are. */
  async function listedIn(ask: Ask, list: string): Promise<string[]> {
    const keys: string[] = []
    for (;;) {
      const after = keys.at(-1)
      const page = await ask(list, { do: 'keys', now: now(), limit: pageSize, after })
      // An object of an earlier release knows no pages: it answers with all, and then with the same once more.
      if (page.at(-1) === after) return keys
      for (const key of page) keys.push(key)
      if (page.length !== pageSize) return keys
    }
  }

  return {
    read: (key) => run(async (ask) => (await ask(key, { do: 'read', now: now() })) ?? undefined),

    write: (key, value, { replaces, expiresAt, owner }) =>
      run(async (ask) => {
        const before = replaces === null ? undefined : parseListing(replaces)
        const version = createVersion(await enlist(ask, key, expiresAt, owner, before))
        const question = { do: 'write', value, version, replaces, expiresAt, now: now() } as const
        return (await ask(key, question)) ? version : undefined
      }),

    delete: (key) =>
      run(async (ask) => {
        const version = await ask(key, { do: 'delete' })
        const listing = version === null ? undefined : parseListing(version)
        if (listing === undefined) return
        await ask(listing.list, { do: 'remove', key, token: listing.token })
      }),

    keysOf: (owner) => run(async (ask) => listedIn(ask, await listOf(owner))),
  }
}

/** The object with a user's list. A hash, because user ids are of any length and may be mail addresses. */
async function listOf(owner: string): Promise<string> {
  return `owner:${await hashOwner(owner)}`
}
