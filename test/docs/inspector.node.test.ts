/* The program in docs/inspector.md. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { programsIn } from './blocks.ts'

it('The guide to the inspector has a program that shows the session of its visitor', async (t) => {
  const folder = mkdtempSync('.build/inspector-')
  process.env['SESSION_SECRET'] = 'f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd'
  t.after(() => {
    delete process.env['SESSION_SECRET']
    rmSync(folder, { recursive: true, force: true })
  })
  const [[name, text] = [], ...more] = programsIn('docs/inspector.md')
  assert.equal(more.length, 0)
  const file = join(folder, name!)
  writeFileSync(file, text!)
  const { default: app } = await import(pathToFileURL(file).href)
  const open = async (path: string, cookie = ''): Promise<Response> =>
    app.fetch(new Request(`http://localhost:3000${path}`, { headers: { cookie } }))
  const first = await open('/')
  assert.equal(await first.text(), 'Visit 1')
  const [cookie] = first.headers.get('set-cookie')!.split(';', 1)
  assert.equal(await (await open('/', cookie)).text(), 'Visit 2')
  assert.match(await (await open('/__session', cookie)).text(), /Session inspector[^]*visits/)
})
