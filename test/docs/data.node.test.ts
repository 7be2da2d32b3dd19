/* The programs in docs/data.md. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { programsIn } from './blocks.ts'

describe('The guide to what is in a session', () => {
  const folder = mkdtempSync('.build/data-')
  after(() => rmSync(folder, { recursive: true, force: true }))
  const programs = new Map(programsIn('docs/data.md'))

  function load(name: string) {
    writeFileSync(join(folder, name), programs.get(name)!)
    return import(pathToFileURL(join(folder, name)).href)
  }

  it('has a schema that refuses what does not fit when it is set', async () => {
    const { storage, addTo } = await load('schema.mjs')
    const session = await storage.read(null)
    assert.throws(() => addTo(session), {
      code: 'ERR_SESSION_SCHEMA',
      message: /cart\.0\.quantity/,
    })
    const next = await storage.read(await storage.save(session))
    assert.deepEqual([next.get('cart')[0].quantity, next.get('theme')], [2, 'light'])
  })

  it('has a version whose migration brings together what two releases have set', async () => {
    const { storage } = await load('versions.mjs')
    const imported = { values: { cart: ['scarf'] } }
    const session = await storage.read('of another library', { imported })
    assert.deepEqual(session.get('basket'), [{ product: 'scarf', quantity: 1 }])
    assert.equal(session.has('cart'), false)
  })

  it('has a program that commits before it streams', async (t) => {
    process.env['SESSION_SECRET'] = 'f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd'
    t.after(() => delete process.env['SESSION_SECRET'])
    const { default: app } = await load('commit.mjs')
    const first = await app.fetch(new Request('https://shop.example/'))
    assert.equal(await first.text(), 'Report 1\none\ntwo\n')
    const [cookie] = first.headers.get('set-cookie').split(';', 1)
    const second = await app.fetch(new Request('https://shop.example/', { headers: { cookie } }))
    assert.match(await second.text(), /^Report 2/)
  })
})
