/* The code in the README and the guides that is no program of its own: with what it takes for granted, it compiles. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { it } from 'node:test'

/** They have tests of their own, or are for frameworks that are not installed here. */
const others = new Set(['docs/asvs.md', 'docs/frameworks.md', 'docs/wishes.md'])

/** A program begins with its name, and is run. */
const isProgram = (code: string) => /^ *\/\/ [\w.-]+\.mjs\n/.test(code)

/** What the guides say in prose, or show in a block before. */
const given = `
import type { IncomingMessage } from 'node:http'
import type * as coatcheck from 'coatcheck'
import type * as accounts from 'coatcheck/accounts'
import type * as cookies from 'coatcheck/cookie'
import type * as compat from 'coatcheck/compat/cookies'
import type * as forms from 'coatcheck/csrf'
import type * as express from 'coatcheck/express'
import type * as live from 'coatcheck/live'
import type * as memory from 'coatcheck/memory-storage'
import type * as redis from 'coatcheck/redis-storage'
import type * as visits from 'coatcheck/testing/app'

interface Request extends IncomingMessage {
  body: any
  session: coatcheck.Session
}
type Handler = (request: Request, response: any) => unknown
interface App {
  use(...handlers: unknown[]): void
  get(path: string, handler: Handler): void
  post(path: string, handler: Handler): void
}

declare global {
  // The middleware in some, a session in others.
  const session: coatcheck.Session & typeof express.session
  const cookie: coatcheck.Cookie
  const storage: coatcheck.ServerSessionStorage
  // Of the Fetch API, or supertest's.
  const request: globalThis.Request & ((app: unknown) => any)
  const app: App
  const error: accounts.LoginRequiredError
  const user: { id: string }
  const checkPassword: (...given: unknown[]) => Promise<{ id: string }>
  const secrets: string[]
  const oldSecrets: string[]
  const oldName: string
  const password: string
  const client: redis.RedisClient
  const form: Record<string, string>
  const claims: { sid: string }
  const logoutToken: { sid: string }
  const providerSessionEnd: number
  const visitors: visits.TestVisitors
  const test: (name: string, run: (given: any) => unknown) => void
  const createMyStore: typeof memory.createMemoryStore
  const createCookie: typeof cookies.createCookie
  const createCsrf: typeof forms.createCsrf
  const createLiveSessions: typeof live.createLiveSessions
  const createMemorySessionStorage: typeof memory.createMemorySessionStorage
  const createRedisSessionStorage: typeof redis.createRedisSessionStorage
  const createTestVisitors: typeof visits.createTestVisitors
  const reactRouterCookie: typeof compat.reactRouterCookie
  interface Env {
    SESSION_SECRET: string
    SESSIONS: any
  }
}
`

it('every piece of code in the README and the guides compiles', () => {
  const guides = readdirSync('docs').filter((name) => name.endsWith('.md'))
  const pages = ['README.md', ...guides.map((name) => `docs/${name}`)]
  const folder = mkdtempSync('.build/snippets-')
  try {
    writeFileSync(`${folder}/given.d.ts`, given)
    let count = 0
    for (const page of pages.filter((one) => !others.has(one))) {
      const text = readFileSync(page, 'utf8')
      for (const { 1: code = '', index } of text.matchAll(/^ *```[jt]s\n([^]*?)^ *```$/gm)) {
        if (isProgram(code)) continue
        const line = text.slice(0, index).split('\n').length
        // In a function, where some of them return.
        const [, imports, rest] = /^((?: *(?:import|export \{).*\n)*)([^]*)$/.exec(code)!
        const body = /^(  )?return /m.test(rest!) ? `async () => {\n${rest}}\n` : rest
        writeFileSync(`${folder}/${basename(page, '.md')}-${line}.ts`, `${imports}${body}`)
        count++
      }
    }
    assert.ok(count > 20, `${count} pieces`)
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions: { verbatimModuleSyntax: false, useUnknownInCatchVariables: false },
      include: ['.'],
      exclude: [],
    }
    writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config))
    const tsc = ['node_modules/typescript/bin/tsc', '-p', folder]
    execFileSync(process.execPath, tsc, { encoding: 'utf8' })
  } catch (error) {
    assert.fail((error as { stdout?: string }).stdout ?? String(error))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
