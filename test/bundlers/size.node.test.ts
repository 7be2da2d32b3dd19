/* How large a bundle is of what an app with sessions in cookies needs. docs/performance.md says where it goes. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const contents = `export { createCookie } from 'coatcheck/cookie'
export { createCookieSessionStorage } from 'coatcheck/cookie-storage'
export { withSession } from 'coatcheck/fetch'`

/** Bytes. Lower it with each part that goes. */
const most = 29_100

it('A bundle of cookie, cookie storage and fetch stays as small as it was', async () => {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('../../../', import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'neutral',
    format: 'esm',
    target: 'es2022',
  })
  const { length } = gzipSync(outputFiles[0]!.contents, { level: 9 })
  assert.ok(length <= most, `${length} bytes`)
  const files = Object.keys(metafile.inputs).filter((path) => path.includes('/core/store/'))
  // What hides a driver's secrets is for those who have a store.
  assert.deepEqual(
    files.filter((path) => /(guarded-store|public-cause|failure-reason)\.js$/.test(path)),
    [],
  )
})

it('The README says how large it is', () => {
  const [, said] = /take ([\d.]+) kB of a bundle/.exec(readFileSync('README.md', 'utf8')) ?? []
  assert.equal(Number(said) * 1000, most)
})
