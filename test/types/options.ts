// Compiled, never run: what users get of an option that a function makes is a type of its own, though nothing in it is for them.
import {
  createSessionCheck,
  createSessionGroups,
  createSessionLimit,
  createSessionLock,
} from 'coatcheck/accounts'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createDataVersion } from 'coatcheck/data'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import { createRevocations } from 'coatcheck/revocations'

/** What one function makes for one option is nothing for another. */
export function optionsOfOwnKind(): void {
  const groups = createSessionGroups()
  const limit = createSessionLimit({ max: 1, whenReached: 'refuse' })
  const lock = createSessionLock()
  const revocations = createRevocations({ store: createMemoryStore() })
  const dataVersion = createDataVersion({ version: 1 })
  const check = createSessionCheck(() => 'keep')
  createMemorySessionStorage({ groups, sessionLimit: limit, lock, revocations, dataVersion })
  // @ts-expect-error -- ends are noted, no sessions counted
  createMemorySessionStorage({ sessionLimit: revocations })
  // @ts-expect-error -- groups are no limit
  createMemorySessionStorage({ sessionLimit: groups })
  // @ts-expect-error -- groups note no ends
  createMemorySessionStorage({ revocations: groups })
  // @ts-expect-error -- a limit notes no ends
  createMemorySessionStorage({ revocations: limit })
  // @ts-expect-error -- a limit knows no groups
  createMemorySessionStorage({ groups: limit })
  // @ts-expect-error -- ends are noted, and there are no groups
  createCookieSessionStorage({ groups: revocations })
  // @ts-expect-error -- any function is no lock
  createMemorySessionStorage({ lock: () => undefined })
  // @ts-expect-error -- a version is no lock
  createMemorySessionStorage({ lock: dataVersion })
  // @ts-expect-error -- a check is no version
  createMemorySessionStorage({ dataVersion: check })
  const cookie = createCookie('session', { secrets: ['a'] })
  const storage = createMemorySessionStorage()
  withSession({ cookie, storage, check }, () => new Response())
  // @ts-expect-error -- a limit checks nothing
  withSession({ cookie, storage, check: limit }, () => new Response())
}
