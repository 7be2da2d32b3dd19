/*
 * The same package by both ways to cryptography: whatever the runtime chooses, and Web Crypto. For
 * the second one it is loaded a second time, from a copy, while `node:crypto` cannot be found.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as ownEntry from 'coatcheck'
import * as ownCookieStorage from 'coatcheck/cookie-storage'
import * as ownFetch from 'coatcheck/fetch'
import * as ownMemoryStorage from 'coatcheck/memory-storage'

export interface CryptoPath {
  name: string
  createCookie: typeof ownEntry.createCookie
  createCookieSessionStorage: typeof ownCookieStorage.createCookieSessionStorage
  createMemorySessionStorage: typeof ownMemoryStorage.createMemorySessionStorage
  createSessionStorage: typeof ownEntry.createSessionStorage
  withSession: typeof ownFetch.withSession
}

type Entries = Omit<CryptoPath, 'name'>

const dist = fileURLToPath(new URL('../../../../dist/', import.meta.url))
const entries = ['index.js', 'storages/cookie.js', 'storages/memory.js', 'frameworks/fetch.js']

async function loadWithoutNodeCrypto(): Promise<Entries> {
  const copy = mkdtempSync(join(tmpdir(), 'coatcheck-web-'))
  const host = process as { getBuiltinModule: unknown }
  const { getBuiltinModule } = host
  try {
    cpSync(dist, copy, { recursive: true })
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }')
    host.getBuiltinModule = undefined
    const urls = entries.map((entry) => pathToFileURL(join(copy, entry)).href)
    return Object.assign({}, ...(await Promise.all(urls.map((url) => import(url)))))
  } finally {
    host.getBuiltinModule = getBuiltinModule
    rmSync(copy, { recursive: true, force: true })
  }
}

const own = { ...ownEntry, ...ownCookieStorage, ...ownMemoryStorage, ...ownFetch }

export const native: CryptoPath = { name: 'the runtime’s own cryptography', ...own }
export const web: CryptoPath = { name: 'Web Crypto', ...(await loadWithoutNodeCrypto()) }
export const paths: readonly CryptoPath[] = [native, web]

/** Secrets for tests, as good as real ones. */
export const secretA = 'Jx1Zc6vYpQ0mB3tN8wKd5RfHs7LgUaEi2oXnCqTyV4M'
export const secretB = 'q9WnT4hLb2VxYk7RzPd0GmUf6JsAcE3i8oHtKvNyC5Q'
export const secretC = 'e5Dg1HqXw8RzMu3YkBf7TvJc0NsLpA2i9oWmKxUyV6E'

/** The value in a Set-Cookie header. */
export function valueOf(setCookie: string): string {
  const [pair] = setCookie.split(';', 1)
  return pair!.slice(pair!.indexOf('=') + 1)
}

/** The attributes in a Set-Cookie header, by their lower-case names; those without a value are true. */
export function attributesOf(setCookie: string): Record<string, string | true> {
  const [, ...parts] = setCookie.split('; ')
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf('=')
      return at === -1
        ? [part.toLowerCase(), true]
        : [part.slice(0, at).toLowerCase(), part.slice(at + 1)]
    }),
  )
}
