import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ServerSessionStorage, SessionStorageOptions } from 'coatcheck'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createSqliteSessionStorage, type SqliteDatabase } from 'coatcheck/sqlite-storage'
import Database from 'libsql'
import { coatcheck as run, coatcheckProcess, logIn, node24, secret } from './run.ts'

let folder: string
before(() => (folder = mkdtempSync(join(tmpdir(), 'cli-'))))
after(() => rmSync(folder, { recursive: true, force: true }))

interface Place {
  url: string
  storage: ServerSessionStorage
}

function onFiles(options?: SessionStorageOptions): Place {
  const path = mkdtempSync(join(folder, 'fs-'))
  return { url: `file:${path}`, storage: createFsSessionStorage(path, options) }
}

function onSqlite(options?: SessionStorageOptions): Place {
  const path = join(mkdtempSync(join(folder, 'db-')), 'sessions.db')
  const database = new Database(path) as unknown as SqliteDatabase
  return { url: `sqlite:${path}`, storage: createSqliteSessionStorage(database, options) }
}

for (const [kind, open] of Object.entries({ fs: onFiles, SQLite: onSqlite })) {
  describe(`coatcheck on ${kind} storage`, () => {
    const program = kind === 'SQLite' ? node24 : process.execPath
    const given = { SESSION_SECRET: secret, NODE_NO_WARNINGS: '1' }
    const coatcheck = (args: string[], env: Record<string, string> = {}) =>
      run(args, { program, env: { ...given, ...env } })

    it('lists sessions of everybody, or of one user', async () => {
      const { url, storage } = open()
      const ada = await logIn(storage, 'ada')
      const ben = await logIn(storage, 'ben')
      const all = coatcheckProcess(['sessions', '--storage', url], { program, env: given })
      assert.deepEqual([all.status, all.stderr], [0, ''])
      assert.match(all.stdout, /^HANDLE +USER +DEVICE +BEGAN +LAST USED +ENDS\n/)
      for (const { handle } of [ada, ben]) assert.ok(all.stdout.includes(handle))
      const one = await coatcheck(['sessions', '--user', 'ben', '--json'], { SESSION_STORAGE: url })
      const list = JSON.parse(one.stdout) as { handle: string; userId: string }[]
      assert.deepEqual(
        list.map(({ handle, userId }) => [handle, userId]),
        [[ben.handle, 'ben']],
      )
    })

    it('lists none that ended because its user logged in again', async () => {
      const { url, storage } = open()
      const visitor = await storage.read(null)
      visitor.set('cart', [])
      await storage.save(visitor)
      const logins = [await storage.read(visitor.id), await storage.read(visitor.id)]
      for (const login of logins) {
        login.login('ada')
        await storage.save(login)
      }
      const list = (await coatcheck(['sessions', '--storage', url, '--json'])).stdout
      assert.deepEqual(
        (JSON.parse(list) as { handle: string }[]).map(({ handle }) => handle),
        (await storage.sessionsOf('ada')).map(({ handle }) => handle),
      )
    })

    it('ends one session by its handle, or all of a user', async () => {
      const { url, storage } = open()
      const [first, second, other] = [
        await logIn(storage, 'ada'),
        await logIn(storage, 'ada'),
        await logIn(storage, 'ben'),
      ]
      const revoke = ['revoke', first.handle, '--storage', url]
      assert.equal(coatcheckProcess(revoke, { program, env: given }).status, 0)
      assert.equal((await storage.read(first.id)).isNew, true)
      assert.equal((await storage.read(second.id)).isNew, false)
      const ended = await coatcheck(['revoke-all', 'ada', '--storage', url, '--json'])
      assert.deepEqual(JSON.parse(ended.stdout), { userId: 'ada', ended: 1 })
      assert.equal((await storage.read(second.id)).isNew, true)
      assert.equal((await storage.read(other.id)).isNew, false)
    })

    it('says whether a cookie would be accepted, and does not show what is in it', async () => {
      const { url, storage } = open()
      const { cookie, handle, id } = await logIn(storage, 'ada')
      const { status, stdout, stderr } = await coatcheck(['open', cookie, '--storage', url])
      assert.equal(status, 0)
      assert.match(stdout, /User +ada\n[^]*cart: array, 12 bytes\n[^]*It is accepted\.\n$/)
      for (const text of ['umbrella', 'welcome back', id.slice(handle.length + 1)]) {
        assert.ok(!(stdout + stderr).includes(text), text)
      }
      const shown = (await coatcheck(['open', cookie, '--storage', url, '--show-values'])).stdout
      assert.match(shown, /cart: \["umbrella"\]\n.*note: "welcome back"\n/)
      await storage.revoke(handle)
      const ended = await coatcheck(['open', cookie, '--storage', url])
      assert.equal(ended.status, 1)
      assert.match(ended.stdout, /refused: there is no such session/)
    })

    it('tells of a cookie whose id was replaced', async () => {
      const { url, storage } = open({ regenerateGrace: 0 })
      const { cookie, id } = await logIn(storage, 'ada')
      const session = await storage.read(id)
      session.regenerateId(true)
      await storage.save(session)
      const { status, stdout } = await coatcheck(['open', cookie, '--storage', url, '--json'])
      const found = JSON.parse(stdout) as { accepted: boolean; refused: string; session: object }
      assert.deepEqual([status, found.accepted], [1, false])
      assert.match(found.refused, /this id was replaced|ended a moment ago/)
    })

    it('drops what has expired', async () => {
      let time = Date.now() - 7_200_000
      const { url, storage } = open({ idleTimeout: 3600, now: () => time })
      await logIn(storage, 'ada')
      time = Date.now()
      const kept = await logIn(storage, 'ben')
      const list = (await coatcheck(['sessions', '--storage', url, '--json'])).stdout
      assert.equal((JSON.parse(list) as unknown[]).length, 1)
      assert.equal(
        (await coatcheck(['sweep', '--storage', url])).stdout,
        'Expired records that were dropped: 1\n',
      )
      assert.equal((await storage.read(kept.id)).isNew, false)
    })

    it('makes nothing where there is nothing', async () => {
      const place = join(folder, 'none')
      const url = `${kind === 'fs' ? 'file' : 'sqlite'}:${place}`
      const { status, stderr } = await coatcheck(['sessions', '--storage', url])
      assert.equal(status, 2)
      assert.match(stderr, /There is no (folder|file)/)
      assert.equal(existsSync(place), false)
    })
  })
}

describe('coatcheck sessions', () => {
  it('keeps to the width of the terminal, down to handle and user', async () => {
    const { url, storage } = onFiles()
    await logIn(storage, `${'a'.repeat(60)}@example.com`, { label: 'b'.repeat(60) })
    const titles = {
      40: 'HANDLE USER',
      60: 'HANDLE USER LAST USED ENDS',
      120: 'HANDLE USER DEVICE BEGAN LAST USED ENDS',
    }
    for (const [columns, title] of Object.entries(titles)) {
      const { stdout } = await run(['sessions', '--storage', url], { env: { COLUMNS: columns } })
      const lines = stdout.trimEnd().split('\n')
      assert.equal(lines[0]!.replace(/ +/g, ' ').trim(), title)
      for (const line of lines) assert.ok(line.length <= Number(columns), line)
    }
  })

  it('shows no control characters, which a visitor may have put into a label', async () => {
    const { url, storage } = onFiles()
    const { cookie } = await logIn(storage, 'ada\n', { label: 'x\u001B]0;title\u0007\u202Ey' })
    const env = { SESSION_SECRET: secret, SESSION_STORAGE: url }
    const shown =
      (await run(['sessions'], { env })).stdout + (await run(['open', cookie], { env })).stdout
    for (const text of ['\u001B', '\u0007', '\u202E', 'ada\n']) assert.ok(!shown.includes(text))
    assert.match(shown, /x\uFFFD\]0;title\uFFFD\uFFFDy/)
  })

  it('reads no more than asked for, and says so', async () => {
    const { url, storage } = onFiles()
    for (let n = 0; n < 3; n++) await logIn(storage, 'ada')
    const { stdout, stderr } = await run(['sessions', '--storage', url, '--limit', '2', '--json'])
    assert.equal((JSON.parse(stdout) as unknown[]).length, 2)
    assert.match(stderr, /more than 2/)
  })

  it('reads 500 sessions, and says so, where nobody has asked for more', async () => {
    const { url, storage } = onFiles()
    for (let n = 0; n < 501; n++) {
      const session = await storage.read(null)
      session.set('n', n)
      await storage.save(session)
    }
    const { stdout, stderr } = await run(['sessions', '--storage', url, '--json'])
    assert.equal((JSON.parse(stdout) as unknown[]).length, 500)
    assert.match(stderr, /more than 500/)
  })
})

describe('coatcheck doctor', () => {
  it('finds a folder and a file that others can read, and a journal that is no WAL', async () => {
    const files = onFiles()
    chmodSync(files.url.slice(5), 0o755)
    const looked = await run(['doctor', '--storage', files.url], {
      env: { SESSION_SECRET: secret },
    })
    assert.equal(looked.status, 1)
    assert.match(looked.stdout, /could read the folder \(mode 0755\)/)
    assert.match(looked.stdout, /among temporary files/)
    const { url } = onSqlite()
    const env = { SESSION_SECRET: secret, NODE_NO_WARNINGS: '1' }
    const { status, stdout } = await run(['doctor', '--storage', url], { env, program: node24 })
    assert.equal(status, 1)
    assert.match(stdout, /The journal is "delete"/)
  })

  it('judges the secret and the address', async () => {
    const env = { SESSION_SECRET: secret, NODE_ENV: 'production' }
    const good = await run(['doctor', '--url', 'https://shop.example'], { env })
    assert.equal(good.status, 0, good.stdout)
    assert.ok(!good.stdout.includes(secret))
    for (const [args, message] of [
      [
        ['--secret', 'keyboard cat'],
        /Secret 1 is shorter than 32 characters\.\n.*npx coatcheck secret/,
      ],
      [['--url', 'http://shop.example'], /nobody can log in/],
    ] as const) {
      const bad = await run(['doctor', ...args], { env })
      assert.equal(bad.status, 1)
      assert.match(bad.stdout, message)
    }
    assert.match((await run(['doctor'])).stdout, /SESSION_SECRET is not set/)
  })
})
