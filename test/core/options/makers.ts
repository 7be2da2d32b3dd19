import { createSession } from 'coatcheck'
import { logEvents } from 'coatcheck/log'
import { createSessionLimit, createSessionLock } from 'coatcheck/accounts'
import { createCookie } from 'coatcheck/cookie'
import { createCsrf, type CsrfOptions } from 'coatcheck/csrf'
import { csrf as honoCsrf } from 'coatcheck/csrf/hono'
import { session as remixSession } from 'coatcheck/compat/remix'
import { withSession } from 'coatcheck/fetch'
import { createLiveSessions } from 'coatcheck/live'
import { session } from 'coatcheck/fetch-router'
import { compatMakers } from './compat.ts'
import { cookie, cookieMistakes, cookieOptions, made, type Maker, storage } from './maker.ts'
import { storageMakers } from './storages.ts'

const { check } = made

const csrfOptions = {
  trustedOrigins: ['https://accounts.example'],
  exempt: () => false,
  field: '_csrf',
  header: 'x-xsrf-token',
}
const csrfMistakes = { trustedOrigin: 'trustedOrigins', feild: 'field', headers: 'header' }

export const makers: Record<string, Maker> = {
  createCookie: {
    make: (options) => createCookie('session', options),
    good: { ...cookieOptions, formerScopes: [{}] },
    mistakes: { ...cookieMistakes, formerScope: 'formerScopes' },
    wrong: [
      { secure: 'false' },
      { encrypt: 0 },
      { partitioned: 1 },
      { formerScopes: {} },
      { formerScopes: [5] },
      { formerScopes: [{ domian: 'example.com' }] },
      { expires: 'tomorrow' },
      { sameSite: true },
    ],
  },
  withSession: {
    make: (options) => withSession(options, () => new Response()),
    good: {
      cookie,
      storage,
      touch: 'pages',
      noStore: true,
      clearSiteData: true,
      check,
      onStoreError: () => new Response(),
    },
    needed: ['cookie', 'storage'],
    mistakes: { store: 'storage', onError: 'onStoreError', cookies: 'cookie' },
  },
  createLiveSessions: {
    make: (options) => createLiveSessions(cookie, storage, options),
    good: { pollInterval: 5, unverifiedTimeout: 60, noteUse: true, allowedOrigins: [], check },
    mistakes: { interval: 'It has', pollinterval: 'pollInterval', allowedOrigin: 'allowedOrigins' },
    wrong: [
      { pollInterval: 0 },
      { unverifiedTimeout: 10 },
      { allowedOrigins: '*' },
      { allowedOrigins: ['app.example'] },
    ],
  },
  'session of fetch-router': {
    make: (options) => session(cookie, storage, options),
    good: {
      touch: 'pages',
      noStore: true,
      clearSiteData: true,
      check,
      onStoreError: () => new Response(),
    },
    mistakes: { onError: 'onStoreError', onStoreErrors: 'onStoreError' },
  },
  'session of compat/remix': {
    make: (options) => remixSession(cookie, storage, options),
    good: {
      touch: 'pages',
      noStore: true,
      clearSiteData: true,
      check,
      onStoreError: () => new Response(),
    },
    mistakes: { onError: 'onStoreError' },
  },
  createCsrf: {
    make: (options: CsrfOptions) => createCsrf(options),
    good: csrfOptions,
    mistakes: csrfMistakes,
    wrong: [{ trustedOrigins: ['example.com'] }, { field: '' }, { header: 'x csrf' }],
  },
  'csrf of a framework': {
    make: (options) => honoCsrf(options),
    good: { ...csrfOptions, property: 'adminSession' },
    mistakes: { ...csrfMistakes, propety: 'property' },
  },
  logEvents: {
    make: (options) => logEvents(console, options),
    good: { level: 'warn' },
    mistakes: { levels: 'level' },
    wrong: [{ level: 'loud' }],
  },
  'session.login': {
    make: (options) => createSession().login('ada', options),
    good: {
      label: 'Firefox',
      since: { userId: 'ada', count: 0 },
      level: 1,
      group: 'a',
      until: 1,
      context: { country: 'NO' },
    },
    nullable: ['label'],
    mistakes: { lable: 'label', sinse: 'since' },
    wrong: [{ context: { a: {} } }, { context: { a: 'x'.repeat(1024) } }],
  },
  createSessionLimit: {
    make: createSessionLimit,
    good: { max: 3, whenReached: 'refuse' },
    needed: ['max', 'whenReached'],
    mistakes: { maxSessions: 'max', whenreached: 'whenReached' },
    wrong: [{ max: 0 }, { max: 1001 }, { max: 1.5 }, { max: NaN }, { whenReached: 'end' }],
  },
  createSessionLock: {
    make: createSessionLock,
    good: { timeout: 3600 },
    mistakes: { timeOut: 'timeout' },
    wrong: [{ timeout: 0 }, { timeout: 1.5 }, { timeout: NaN }, { timeout: 34_560_001 }],
  },
  'storage.revoke': {
    make: (options) => storage.revoke('handle', options),
    good: { userId: 'ada' },
    nullable: ['userId'],
    mistakes: { userID: 'userId', user: 'It has' },
  },
  'storage.revokeAll': {
    make: (options) => storage.revokeAll('ada', options),
    good: { except: 'handle' },
    mistakes: { exept: 'except' },
  },
  ...storageMakers,
  ...compatMakers,
}
