import * as classes from 'coatcheck/compat/classes'
import * as cookies from 'coatcheck/compat/cookies'
import { type ExpressStore } from 'coatcheck/compat/express-store'
import * as reactRouter from 'coatcheck/compat/react-router'
import * as remastered from 'coatcheck/compat/remastered'
import express from 'express-session'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import {
  attributes,
  cookie,
  cookieMistakes,
  cookieOptions,
  type Maker,
  nothing,
  now,
  ofStorages,
  secret,
  secrets,
  storageMistakes,
} from './maker.ts'

const directory = temporaryFolder()
const expressStore = new express.MemoryStore() as unknown as ExpressStore
/** React Router takes null for left out. */
const nullAttributes = [...Object.keys(attributes), 'priority', 'encode', 'decode']
const settings = { name: 'session', secret: secret }

const importer = { userId: () => 'ada', secrets, load: () => null }
const importerMistakes = { secret: 'secrets', keys: 'secrets', userID: 'userId' }

export const compatMakers: Record<string, Maker> = {
  'createCookie of compat/react-router': {
    make: (options) => reactRouter.createCookie('session', options),
    good: { ...cookieOptions, priority: 'low', encode: encodeURIComponent, decode: unescaped },
    nullable: nullAttributes,
    ignored: ['encode', 'decode'],
    mistakes: cookieMistakes,
  },
  'createCookieSessionStorage of compat/react-router': {
    make: reactRouter.createCookieSessionStorage,
    good: { cookie },
    mistakes: { cookies: 'cookie' },
    wrong: [{ cookie: { secret } }, { cookie: { secrets, httponly: true } }],
  },
  'createMemorySessionStorage of compat/react-router': {
    make: reactRouter.createMemorySessionStorage,
    good: { cookie },
    mistakes: { cookies: 'cookie' },
    wrong: [{ cookie: { secret } }],
  },
  'createFileSessionStorage of compat/react-router': {
    make: reactRouter.createFileSessionStorage,
    good: { cookie, dir: directory },
    mistakes: { cookies: 'cookie', dirs: 'dir' },
    wrong: [{ cookie: { secret }, dir: directory }],
  },
  'MemorySessionStorage of compat/classes': {
    make: (options) => new classes.MemorySessionStorage(options),
    good: { ...ofStorages, maxSessions: 5 },
    mistakes: { ...storageMistakes, max: 'maxSessions' },
  },
  'CookieSessionStorage of compat/classes': {
    make: (options) => new classes.CookieSessionStorage(cookie, options),
    good: { ...ofStorages, isRevoked: () => false, context: 'admin' },
    mistakes: storageMistakes,
  },
  'FileSessionStorage of compat/classes': {
    make: (options) => new classes.FileSessionStorage(directory, options),
    good: ofStorages,
    mistakes: storageMistakes,
  },
  'withEncryptedCookies of compat/remastered': {
    make: remastered.withEncryptedCookies,
    good: { cookie: settings, storage: remastered.CookieSessionStorage({ cookie: settings }) },
    needed: ['cookie', 'storage'],
    mistakes: { cookies: 'cookie', store: 'storage' },
  },
  'CookieSessionStorage of compat/remastered': {
    make: remastered.CookieSessionStorage,
    good: { cookie: settings },
    needed: ['cookie'],
    mistakes: { cookies: 'cookie' },
    wrong: [
      { cookie: { ...settings, secrets } },
      { cookie: { ...settings, httponly: false } },
      { cookie: { ...settings, httpOnly: 0 } },
    ],
  },
  'MemorySessionStorage of compat/remastered': {
    make: remastered.MemorySessionStorage,
    good: { cookie: settings, generateId: nothing },
    needed: ['cookie'],
    ignored: ['generateId'],
    mistakes: { cookies: 'cookie', generateID: 'generateId' },
    wrong: [{ cookie: { ...settings, secrets } }],
  },
  expressSession: {
    make: cookies.expressSession,
    good: { ...importer, store: expressStore, now },
    mistakes: { ...importerMistakes, stores: 'store' },
  },
  ironSession: {
    make: cookies.ironSession,
    good: { password: secret, userId: importer.userId, now },
    needed: ['password'],
    mistakes: { passwords: 'password', userID: 'userId' },
  },
  reactRouterCookie: {
    make: cookies.reactRouterCookie,
    good: importer,
    mistakes: importerMistakes,
  },
  remixCookie: { make: cookies.remixCookie, good: importer, mistakes: importerMistakes },
}

function unescaped(text: string): string {
  return text
}
