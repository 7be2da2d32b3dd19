/* Entries in bundles for platforms that have no built-in modules, or do not say which. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createContext, Script } from 'node:vm'
import { build, type BuildOptions, type Platform } from 'esbuild'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  exports: Record<string, unknown>
  peerDependencies: Record<string, string>
}
/** Those that are for servers alone: they open sockets, are for Node's own servers, or ask which request runs now. */
const serversOnly = [
  'coatcheck/memcache-storage',
  'coatcheck/redis-storage',
  'coatcheck/compat/express-session',
  'coatcheck/next',
]
const entries = Object.keys(manifest.exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => `coatcheck${entry.slice(1)}`)
  .filter((entry) => !serversOnly.includes(entry))

async function bundle(contents: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    logLevel: 'silent',
    // The drivers are the app's.
    external: Object.keys(manifest.peerDependencies),
    ...options,
  })
  return outputFiles![0]!.text
}

for (const platform of ['neutral', 'browser'] satisfies Platform[]) {
  describe(`entries in bundles (${platform})`, () => {
    for (const entry of entries) {
      it(`need nothing that only Node has (${entry})`, async () => {
        const options: BuildOptions = { platform, format: 'esm' }
        const text = await bundle(`import * as all from '${entry}'; export { all }`, options)
        assert.doesNotMatch(text, /(from|import\(|require\() *["']node:/)
      })
    }
  })
}

describe('an entry in a bundle', () => {
  it('brings no check of forged requests along that the app has not imported', async () => {
    const options: BuildOptions = { platform: 'browser', format: 'esm' }
    const mark = /ERR_SESSION_CSRF/
    for (const entry of entries.filter((name) => !name.includes('/csrf'))) {
      const text = await bundle(`import * as all from '${entry}'; export { all }`, options)
      assert.doesNotMatch(text, mark, entry)
    }
    assert.match(await bundle(`export * from 'coatcheck/csrf/hono'`, options), mark)
  })
})

describe('an entry with a storage on files, in a bundle', () => {
  /** Runs a bundled program where there is nothing but what browsers have. */
  async function run(program: string): Promise<any> {
    const format = { platform: 'browser', format: 'iife', globalName: 'program' } as const
    const text = await bundle(program, format)
    const { crypto, TextEncoder, TextDecoder, URL, Headers, btoa, atob, Uint8Array } = globalThis
    const { setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask } = globalThis
    const standards = { crypto, TextEncoder, TextDecoder, URL, Headers, btoa, atob, Uint8Array }
    const timers = { setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask }
    const context = createContext(Object.assign(standards, timers, { console: { warn() {} } }))
    new Script(`${text}\nglobalThis.result = program.result`).runInContext(context)
    return context['result']
  }

  it('does without the files where they are not used', async () => {
    const options: BuildOptions = { platform: 'browser', format: 'esm' }
    const program = `import { createMemorySessionStorage } from 'coatcheck/compat/react-router'
      export const storage = createMemorySessionStorage()`
    assert.doesNotMatch(await bundle(program, options), /mkdirSync/)
    const classes = `import { MemorySessionStorage } from 'coatcheck/compat/classes'
      export const storage = new MemorySessionStorage()`
    assert.doesNotMatch(await bundle(classes, options), /mkdirSync/)
  })

  it('serves sessions in memory where there are no files', async () => {
    const user =
      await run(`import { createMemorySessionStorage } from 'coatcheck/compat/react-router'
      async function visit() {
        const storage = createMemorySessionStorage({ cookie: { secrets: ['Rb7vPqk2Zt9LwXy4Hd6NfGs8Jm3Cae5U'] } })
        const session = await storage.getSession()
        session.set('user', 'ada')
        const cookie = await storage.commitSession(session)
        return (await storage.getSession(cookie.split(';')[0])).get('user')
      }
      export const result = visit()`)
    assert.equal(user, 'ada')
  })

  it('says what is missing where files are asked for', async () => {
    const problem = await run(`import { FileSessionStorage } from 'coatcheck/compat/classes'
      const storage = new FileSessionStorage('./sessions')
      export const result = storage.read(null).then(() => 'read', ({ code, message }) => code + ' ' + message)`)
    assert.match(problem, /^ERR_SESSION_CONFIG The fs storage needs node:fs/)
  })
})
