import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { describe, it } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as ReactRouterEntry from 'coatcheck/compat/react-router'
import { secrets, seen, sentBack, tableStrategy, visit } from './kinds.ts'

const dist = fileURLToPath(new URL('../../../../dist/', import.meta.url))

/** The entry as it is where cryptography takes its time: a copy, loaded while `node:crypto` is away. */
async function loadOnWebCrypto(): Promise<typeof ReactRouterEntry> {
  const copy = mkdtempSync(path.join(tmpdir(), 'coatcheck-web-'))
  const host = process as { getBuiltinModule: unknown }
  const { getBuiltinModule } = host
  try {
    cpSync(dist, copy, { recursive: true })
    writeFileSync(path.join(copy, 'package.json'), '{ "type": "module" }')
    host.getBuiltinModule = undefined
    return await import(pathToFileURL(path.join(copy, 'compat/react-router.js')).href)
  } finally {
    host.getBuiltinModule = getBuiltinModule
    rmSync(copy, { recursive: true, force: true })
  }
}

describe('where there is Web Crypto only', async () => {
  const api = await loadOnWebCrypto()

  it('cookies hold what they are given', async () => {
    const cookie = api.createCookie('prefs', {
      secrets,
      encode: (text) => `.${text}`,
      decode: (text) => text.slice(1),
    })
    const sent = await cookie.serialize({ theme: 'dark' })
    assert.match(sent, /^prefs=\.[\w-]+; Path=\/; SameSite=Lax$/)
    assert.deepEqual(await cookie.parse(sentBack(sent)), { theme: 'dark' })
    assert.equal(await cookie.parse(`${sentBack(sent)}x`), null)
  })

  it('sessions are kept, in every storage', async () => {
    const storages = [
      api.createCookieSessionStorage({ cookie: { secrets } }),
      api.createMemorySessionStorage({ cookie: { secrets } }),
      api.createSessionStorage({ cookie: { secrets }, ...tableStrategy().strategy }),
    ]
    for (const storage of storages) {
      const first = await visit(storage, null, (session) => session.set('user', 'ada'))
      const second = await visit(storage, first, (session) => session.flash('note', 'hello'))
      assert.deepEqual(await seen(storage, second), { user: 'ada', __flash_note__: 'hello' })
    }
  })
})
