import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as Importers from 'coatcheck/compat/cookies'
import { createCookie } from 'coatcheck/cookie'
import {
  expressStorage,
  ironPassword,
  ironStorage,
  oldLibraries,
  oldSecret,
  ourSecret,
  pairOf,
} from './old-cookies.ts'

/** The entry on Web Crypto alone: loaded a second time, while `node:crypto` cannot be found. */
async function loadWithoutNodeCrypto(): Promise<typeof Importers> {
  const copy = mkdtempSync(join(tmpdir(), 'coatcheck-web-'))
  const host = process as { getBuiltinModule: unknown }
  const { getBuiltinModule } = host
  try {
    cpSync(fileURLToPath(new URL('../../../../dist/', import.meta.url)), copy, { recursive: true })
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }')
    host.getBuiltinModule = undefined
    return await import(pathToFileURL(join(copy, 'compat/cookies.js')).href)
  } finally {
    host.getBuiltinModule = getBuiltinModule
    rmSync(copy, { recursive: true, force: true })
  }
}

const { expressSession, ironSession, reactRouterCookie, remixCookie } =
  await loadWithoutNodeCrypto()
const secrets = [oldSecret]
const load = (id: string) => ({ values: { user: id && 'ada' } })
const importerOf = (name: string) => {
  if (name === ironStorage.name) return ironSession({ password: ironPassword })
  if (name === expressStorage.name) return expressSession({ secrets, load })
  const options = name.includes('cookie storage') ? { secrets } : { secrets, load }
  return name.startsWith('Remix 3') ? remixCookie(options) : reactRouterCookie(options)
}

describe('On Web Crypto alone', () => {
  for (const { name, setCookie } of oldLibraries) {
    it(`a cookie of ${name} is read, and a forged one is not`, async () => {
      const pair = pairOf(await setCookie({ user: 'ada' }))
      const cookie = createCookie('session', {
        secrets: [ourSecret],
        accept: [importerOf(name)],
      })
      assert.deepEqual((await cookie.read(pair)).imported?.values, { user: 'ada' })
      const middle = pair.length - 20
      const letter = pair[middle] === 'x' ? 'y' : 'x'
      const forged = pair.slice(0, middle) + letter + pair.slice(middle + 1)
      assert.equal((await cookie.read(forged)).problem, 'cookie')
    })
  }
})
