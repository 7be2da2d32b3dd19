// Compiled, never run: every option that may be left out may be undefined too.
import type {
  CookieAttributes,
  CookieOptions,
  createSessionStorage,
  ServerSessionStorage,
  Session,
} from 'coatcheck'
import type * as cloudflare from 'coatcheck/cloudflare-storage'
import type * as classes from 'coatcheck/compat/classes'
import type * as cookies from 'coatcheck/compat/cookies'
import type { fromExpressStore } from 'coatcheck/compat/express-store'
import type * as reactRouter from 'coatcheck/compat/react-router'
import type * as remastered from 'coatcheck/compat/remastered'
import type * as remix from 'coatcheck/compat/remix'
import type { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import type { WithSessionOptions } from 'coatcheck/fetch'
import type * as fetchRouter from 'coatcheck/fetch-router'
import type * as fs from 'coatcheck/fs-storage'
import type * as memcache from 'coatcheck/memcache-storage'
import type * as memory from 'coatcheck/memory-storage'
import type * as redis from 'coatcheck/redis-storage'
import type * as sql from 'coatcheck/sql-storage'
import type * as sqlite from 'coatcheck/sqlite-storage'
import type * as unstorage from 'coatcheck/unstorage-storage'

/** Its options, as undefined as they may be. */
type Undefined<Options> = {
  [Key in keyof Options as object extends Pick<Options, Key> ? Key : never]: undefined
}
type Takes<Options> = [Options] extends [never]
  ? false
  : Undefined<Options> extends Partial<Options>
    ? true
    : false
type Assert<Fact extends true> = Fact

/** The options that a function takes last. */
type Last<Taken> = Taken extends (...given: infer Given) => unknown
  ? Required<Given> extends [...unknown[], infer Options]
    ? Exclude<Options, undefined>
    : never
  : never
type LastOf<Class extends new (...given: never) => unknown> = Last<
  (...given: ConstructorParameters<Class>) => void
>

export type Facts = [
  Assert<Takes<CookieAttributes>>,
  Assert<Takes<CookieOptions>>,
  Assert<Takes<Last<typeof createSessionStorage>>>,
  Assert<Takes<Last<typeof createCookieSessionStorage>>>,
  Assert<Takes<Last<typeof memory.createMemorySessionStorage>>>,
  Assert<Takes<Last<typeof fs.createFsSessionStorage>>>,
  Assert<Takes<Last<typeof sqlite.createSqliteSessionStorage>>>,
  Assert<Takes<Last<typeof sql.createSqlSessionStorage>>>,
  Assert<Takes<Last<typeof sql.createSessionTable>>>,
  Assert<Takes<Last<typeof redis.createRedisSessionStorage>>>,
  Assert<Takes<Last<typeof memcache.createMemcacheSessionStorage>>>,
  Assert<Takes<Last<typeof cloudflare.createD1SessionStorage>>>,
  Assert<Takes<Last<typeof cloudflare.createD1SessionTable>>>,
  Assert<Takes<Last<typeof cloudflare.createDurableObjectSessionStorage>>>,
  Assert<Takes<Last<typeof unstorage.createUnstorageSessionStorage>>>,
  Assert<Takes<Last<typeof fromExpressStore>>>,
  Assert<Takes<WithSessionOptions<object, object>>>,
  Assert<Takes<Last<typeof fetchRouter.session>>>,
  Assert<Takes<Last<typeof remix.session>>>,
  Assert<Takes<reactRouter.CookieOptions>>,
  Assert<Takes<reactRouter.CommitOptions>>,
  Assert<Takes<reactRouter.CookieParseOptions>>,
  Assert<Takes<reactRouter.SessionStorageOptions>>,
  Assert<Takes<reactRouter.FileSessionStorageOptions>>,
  Assert<Takes<reactRouter.SessionIdStorageStrategy>>,
  Assert<Takes<LastOf<typeof classes.MemorySessionStorage>>>,
  Assert<Takes<LastOf<typeof classes.CookieSessionStorage>>>,
  Assert<Takes<LastOf<typeof classes.FileSessionStorage>>>,
  Assert<Takes<remastered.CookieSettings>>,
  Assert<Takes<Last<typeof remastered.MemorySessionStorage>>>,
  Assert<Takes<Last<typeof cookies.expressSession>>>,
  Assert<Takes<Last<typeof cookies.ironSession>>>,
  Assert<Takes<Last<typeof cookies.reactRouterCookie>>>,
  Assert<Takes<Last<typeof cookies.remixCookie>>>,
  Assert<Takes<Last<Session['login']>>>,
  Assert<Takes<Last<ServerSessionStorage['revoke']>>>,
  Assert<Takes<Last<ServerSessionStorage['revokeAll']>>>,
]
