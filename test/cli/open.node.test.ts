import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createDataVersion } from 'coatcheck/data'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { coatcheck, coatcheckProcess, logIn, secret } from './run.ts'

const env = { SESSION_SECRET: secret }
const other = 'Zb7Qk2vXn9Lw4Rt6Ys1Hd8Gf3Jm5PcAeUoIi0TqWzKx'

describe('coatcheck open', () => {
  it('opens a cookie that is the session itself, however it is given', async () => {
    const { cookie, id } = await logIn(createCookieSessionStorage(), 'ada')
    const value = cookie.slice(cookie.indexOf('=') + 1)
    // Over plain http a browser has it without its prefix.
    for (const text of [cookie, value, `Cookie: theme=dark; ${cookie}`, `session=${value}`]) {
      const { status, stdout } = await coatcheck(['open', text], { env })
      assert.equal(status, 0, text)
      assert.match(stdout, /User +ada\n[^]*It is accepted/)
      assert.ok(!stdout.includes(id.split('.')[1]!))
    }
  })

  it('asks no storage about a cookie that is the session itself', async () => {
    const { cookie } = await logIn(createCookieSessionStorage({ context: 'admin' }), 'ada')
    const { status, stdout } = await coatcheck(['open', cookie, '--storage', 'file:/none'], { env })
    assert.equal(status, 0)
    assert.match(stdout, /User +ada\n[^]*It is accepted/)
  })

  it('takes secrets from a file, from stdin and from a flag, and the cookie from stdin', async () => {
    const { cookie } = await logIn(createCookieSessionStorage(), 'ada')
    const folder = mkdtempSync(join(tmpdir(), 'cli-'))
    const file = join(folder, 'secrets')
    writeFileSync(file, `${other}\n${secret}\n`)
    const runs = [
      await coatcheck(['open', cookie, '--secret-file', file]),
      coatcheckProcess(['open', cookie, '--secret-file', '-'], { input: `${other}\n${secret}\n` }),
      await coatcheck(['open', cookie, '--secret', other, '--secret', secret]),
      coatcheckProcess(['open', '-', '--secret-file', file], { input: `${cookie}\n` }),
    ]
    rmSync(folder, { recursive: true })
    for (const { status, stdout } of runs) {
      assert.equal(status, 0)
      assert.match(stdout, /opened with secret 2\n/)
    }
    assert.equal(coatcheckProcess(['open', '-', '--secret-file', '-'], { input: secret }).status, 2)
    assert.equal((await coatcheck(['open', cookie])).status, 2)
  })

  it('says why a session is over', async () => {
    let time = Date.now() - 7_200_000
    const now = () => time
    for (const [options, reason] of [
      [{ idleTimeout: 3600, now }, /its idle timeout is over/],
      [{ absoluteTimeout: 3600, now }, /its absolute timeout is over/],
    ] as const) {
      const { cookie } = await logIn(createCookieSessionStorage(options), 'ada')
      const { status, stdout } = await coatcheck(['open', cookie], { env })
      assert.equal(status, 1)
      assert.match(stdout, reason)
    }
    time = Date.now() + 3_600_000
    const { cookie } = await logIn(createCookieSessionStorage({ now }), 'ada')
    assert.match((await coatcheck(['open', cookie], { env })).stdout, /used in the future/)
  })

  it('says of which version the data is', async () => {
    const dataVersion = createDataVersion({ version: 3 })
    const { cookie } = await logIn(createCookieSessionStorage({ dataVersion }), 'ada')
    const { stdout } = await coatcheck(['open', cookie], { env })
    assert.match(stdout, /Version +of the app's data: 3\n/)
    const { stdout: json } = await coatcheck(['open', cookie, '--json'], { env })
    assert.deepEqual(JSON.parse(json).session.dataVersions, [3])
    const { cookie: without } = await logIn(createCookieSessionStorage(), 'ada')
    assert.doesNotMatch((await coatcheck(['open', without], { env })).stdout, /Version/)
  })

  it('says whether the visitor stays logged in, if that was said', async () => {
    for (const [stay, text] of [
      [true, 'after'],
      [false, 'until'],
    ] as const) {
      const { cookie } = await logIn(createCookieSessionStorage(), 'ada', { stay })
      const { stdout } = await coatcheck(['open', cookie], { env })
      assert.match(stdout, new RegExp(`\\nStays +${text} the browser closes\\n`))
      const json = await coatcheck(['open', cookie, '--json'], { env })
      const { session } = JSON.parse(json.stdout) as { session: { persistent?: boolean } }
      assert.equal(session.persistent, stay)
    }
    const { cookie } = await logIn(createCookieSessionStorage(), 'ada')
    assert.doesNotMatch((await coatcheck(['open', cookie], { env })).stdout, /Stays/)
  })

  it('says what may be wrong with a cookie that it cannot open', async () => {
    const { cookie } = await logIn(createCookieSessionStorage(), 'ada')
    const broken = await coatcheck(['open', cookie.slice(0, -2)], { env })
    assert.equal(broken.status, 1)
    assert.match(broken.stdout, /none of the secrets opens it/)
    const wrong = await coatcheck(['open', cookie], { env: { SESSION_SECRET: other } })
    assert.equal(wrong.status, 1)
    for (const [text, library] of [
      ['connect.sid=s%3Aabc.def', /express-session/],
      ['x=Fe26.2*1*abc', /iron-session/],
    ] as const) {
      assert.match((await coatcheck(['open', text], { env })).stdout, library)
    }
  })

  it('does not call a session alive that nobody looked for', async () => {
    const { cookie } = await logIn(createMemorySessionStorage(), 'ada')
    const { status, stdout } = await coatcheck(['open', cookie], { env })
    assert.equal(status, 0)
    assert.match(stdout, /It is genuine\. Only --storage/)
    const found = JSON.parse(
      (await coatcheck(['open', cookie, '--json'], { env })).stdout,
    ) as object
    assert.equal('accepted' in found, false)
  })
})

describe('the command line', () => {
  it('explains each command with an example', async () => {
    for (const name of ['secret', 'open', 'sessions', 'revoke', 'revoke-all', 'sweep', 'doctor']) {
      const { status, stdout } = await coatcheck([name, '--help'])
      assert.equal(status, 0)
      assert.match(
        stdout,
        new RegExp(`^Usage: coatcheck ${name}\\b[^]*Example:\n .*coatcheck ${name}`),
      )
    }
    assert.match((await coatcheck(['open', '--help'])).stdout, /history/)
  })

  it('exits with 2 if it is used wrongly, and shows no password', async () => {
    for (const args of [
      ['sessions'],
      ['sessions', '--storage', 'memcached://127.0.0.1'],
      ['sessions', '--storage', 'sessions'],
      ['sessions', '--storage', 'redis://ada:hunter2@:x'],
      ['sessions', '--storge', 'file:x'],
      ['sessions', 'word', '--storage', 'file:.'],
      ['revoke'],
      ['revoke', 'short', '--storage', 'file:.'],
    ]) {
      const { status, stdout, stderr } = await coatcheck(args)
      assert.equal(status, 2, args.join(' '))
      assert.equal(stdout, '')
      assert.match(stderr, /^coatcheck: .+\n`coatcheck [a-z-]+ --help`/)
      assert.doesNotMatch(stderr, /hunter2/)
    }
  })

  it('takes a handle that begins with a dash', async () => {
    const { stderr } = await coatcheck([
      'revoke',
      '-bcdefghijklmnopqrstu_',
      '--storage',
      'file:/none',
    ])
    assert.match(stderr, /There is no folder/)
  })

  it('writes no colours where there is no terminal', async () => {
    assert.ok(!(await coatcheck(['doctor'], { env })).stdout.includes('\u001B'))
  })
})
