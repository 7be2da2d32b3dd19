/* What apps declare of their sessions, with the types of express-session installed and without. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../../storages/temporary-folder.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** What the compiler says of an app that has these packages, and no others. */
function complaintsAbout(app: string, packages: readonly string[]): string {
  const folder = temporaryFolder()
  const installed = join(folder, 'node_modules')
  mkdirSync(join(installed, '@types'), { recursive: true })
  mkdirSync(join(installed, 'coatcheck'))
  cpSync(join(root, 'dist'), join(installed, 'coatcheck/dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(installed, 'coatcheck/package.json'))
  for (const name of packages) {
    symlinkSync(join(root, 'node_modules', name), join(installed, name))
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'app.ts'), app)
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    preserveSymlinks: true,
    noEmit: true,
  }
  const config = { compilerOptions, files: ['app.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules/.bin/tsc')
  return spawnSync(tsc, ['-p', folder], { encoding: 'utf8' }).stdout.trim()
}

const nodeTypes = ['@types/node', 'undici-types']
const expressTypes = [
  'body-parser',
  'connect',
  'express',
  'express-serve-static-core',
  'express-session',
  'http-errors',
  'qs',
  'range-parser',
  'send',
  'serve-static',
].map((name) => `@types/${name}`)

const use = `import session, { MemoryStore } from 'coatcheck/compat/express-session'
  import { createMemorySessionStorage } from 'coatcheck/memory-storage'
  const options: session.SessionOptions = { secret: 's', store: createMemorySessionStorage() }
  session(options)
  session({ secret: ['s'], store: new MemoryStore(), cookie: { maxAge: 1000, sameSite: true } })
  class Own extends session.Store {}
  new Own().on('connect', () => {})`

const declared = `{ interface SessionData { visits: number } }`

describe('the types of sessions', () => {
  it('are those that an app has declared for express-session', () => {
    const app = `${use}
      import express from 'express'
      declare module 'express-session' ${declared}
      const app = express()
      app.use(session(options))
      app.get('/', (request, response) => {
        request.session.visits = (request.session.visits ?? 0) + 1
        request.session.cookie.maxAge = 1000
        request.session.regenerate((error) => request.session.save(() => response.end(error)))
        request.sessionStore.get(request.sessionID, (_, found) => found?.visits.toFixed())
        // @ts-expect-error -- nobody has declared it
        request.session.other = 1
      })`
    const packages = [...nodeTypes, ...expressTypes, 'express']
    assert.equal(complaintsAbout(app, packages), '')
  })

  it('are those that an app has declared for us, where those types are not installed', () => {
    const app = `${use}
      import type { IncomingMessage } from 'node:http'
      declare module 'coatcheck/compat/express-session' ${declared}
      export function handler(request: IncomingMessage & Express.Request) {
        request.session.visits = (request.session.visits ?? 0) + 1
        request.session.cookie.maxAge = 1000
        request.session.regenerate((error) => request.session.save(() => error))
        // @ts-expect-error -- nobody has declared it
        request.session.other = 1
      }`
    assert.equal(complaintsAbout(app, nodeTypes), '')
  })
})
