import type { IncomingMessage } from 'node:http'
import { createSessionStorage, type SessionStorage } from '../../core/life-cycle/session-storage.ts'
import { warnOnce, isProduction } from '../../core/runtime/platform.ts'
import { createVisits, type Visits } from '../../core/serving/visit.ts'
import type { Session as CoreSession } from '../../core/session/session.ts'
import { createMemorySessionStorage } from '../../storages/memory.ts'
import { fromExpressStore } from '../express-store.ts'
import type { ExpressStore } from '../parts/express-store.ts'
import { untilCommitted } from '../parts/timeouts.ts'
import { type CookieSettings, cookieOptionsFor } from './attributes.ts'
import { sealedCookie } from './cookies.ts'
import { MemoryStore } from './memory-store.ts'
import {
  checkOptions,
  isStorage,
  lifetimeWithout,
  type Secret,
  type SecretRequest,
  type SessionOptions,
} from './options.ts'
import { shownStore } from './shown-store.ts'
import type { Store } from './store.ts'

/** What all requests of one `session()` share. */
export interface Setup {
  readonly name: string
  readonly storage: SessionStorage
  /** What handlers see as `req.sessionStore`. */
  readonly store: Store
  /** The app's own store of express-session, which tells when it is not connected. */
  readonly given: ExpressStore | undefined
  readonly oldStore: ExpressStore | undefined
  readonly settings: CookieSettings
  readonly isRolling: boolean
  readonly isUnsetDestroy: boolean
  readonly proxy: boolean | undefined
  /** Milliseconds that a session lives after a use, if its cookie does not say so. */
  readonly lifetime: number | undefined
  /** Undefined if there is no secret. */
  visitsFor(request: IncomingMessage): Visits<CoreSession> | undefined
}

/** @throws {SessionError} `ERR_SESSION_CONFIG`, saying what to write instead. */
export function createSetup(options: SessionOptions): Setup {
  const checked = checkOptions(options)
  const { cookie: settings, proxy } = options
  // As there: `store: isProduction && redisStore` is none in development.
  const store = options.store || undefined
  const given = store === undefined || isStorage(store) ? undefined : store
  const oldStore = options.oldStore || given
  const storage = storageOn(store)
  const made = new Map<Secret, Visits<CoreSession>>()

  function visitsOf(secrets: readonly Secret[], request?: IncomingMessage): Visits<CoreSession> {
    const known = made.get(secrets[0]!)
    if (known !== undefined) return known
    const isMadeLater = typeof settings === 'function' && request === undefined
    const cookieOptions = isMadeLater ? {} : cookieOptionsFor(settings, request!)
    const parts = { name: checked.name, secrets, options: cookieOptions, oldStore }
    const visits = createVisits(sealedCookie(parts), storage)
    made.set(secrets[0]!, visits)
    return visits
  }

  const { secrets } = checked
  // What is wrong is said when the app starts.
  const own = secrets && visitsOf(secrets)
  return {
    name: checked.name,
    storage,
    store: shownStore(storage, given, typeof settings === 'object' ? settings : {}),
    given,
    oldStore,
    settings,
    isRolling: checked.isRolling,
    isUnsetDestroy: checked.isUnsetDestroy,
    proxy,
    lifetime: lifetimeWithout(store),
    visitsFor(request) {
      if (own !== undefined) return own
      const { secret } = request as SecretRequest
      return typeof secret === 'string' && secret !== '' ? visitsOf([secret], request) : undefined
    },
  }
}

function storageOn(store: SessionOptions['store']): SessionStorage {
  if (isStorage(store)) return store
  if (isProduction() && (store === undefined || store instanceof MemoryStore)) {
    warnOnce(
      'session() keeps sessions in this process: they are gone when it ends, and no other process has them. ' +
        'Give it a store, such as createRedisSessionStorage()',
    )
  }
  if (store === undefined) return createMemorySessionStorage(untilCommitted)
  return createSessionStorage(fromExpressStore(store), untilCommitted)
}
