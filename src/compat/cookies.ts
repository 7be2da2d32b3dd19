/*
 * Cookies that visitors got from other libraries, read so that nobody is logged out by moving in:
 * `createCookie(name, { secrets, accept: [remixCookie()] })`. Nothing here writes a cookie.
 */
export type { CookieImporter, ImportedCookie, ImportedSession } from '../core/cookie/importers.ts'
export { expressSession, type ExpressSessionOptions } from './cookies/express-session.ts'
export { ironSession, type IronSessionOptions } from './cookies/iron-session.ts'
export type {
  IdImporterOptions,
  ImporterOptions,
  SignedImporterOptions,
} from './cookies/options.ts'
export type { ExpressStore } from './parts/express-store.ts'
export { reactRouterCookie } from './cookies/react-router.ts'
export { remixCookie } from './cookies/remix.ts'
