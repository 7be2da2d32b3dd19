import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage } from 'coatcheck'
import { type EventLogger, logEvents } from 'coatcheck/log'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'

/** A logger that keeps its lines. */
function keeping(more: object = {}) {
  const lines: { level: string; args: any[] }[] = []
  const write =
    (level: string) =>
    (...args: unknown[]) =>
      lines.push({ level, args })
  const logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    ...more,
  }
  return { lines, logger: logger as EventLogger }
}

describe('A log of events', () => {
  it('has logins and ends, with the handle and the user, and not each request', async () => {
    const { lines, logger } = keeping()
    const storage = createMemorySessionStorage({ onEvent: logEvents(logger) })
    const session = await storage.read(null)
    session.login('ada')
    const value = await storage.save(session)
    const next = await storage.read(value)
    next.set('a', 1)
    await storage.save(next)
    await storage.revoke(session.handle)
    assert.deepEqual(
      lines.map(({ level, args: [message, fields] }) => [level, message, fields]),
      [
        [
          'info',
          'session login: somebody logged in',
          { event: 'login', handle: session.handle, userId: 'ada' },
        ],
        [
          'info',
          'session revoked: ended from outside',
          { event: 'revoked', handle: session.handle },
        ],
      ],
    )
  })

  it('has what may be an attack as warnings, and a failing store as an error', async () => {
    const { lines, logger } = keeping()
    const store = createMemoryStore()
    const storage = createSessionStorage(store, { onEvent: logEvents(logger, { level: 'warn' }) })
    const session = await storage.read(null)
    session.login('ada')
    const value = (await storage.save(session))!
    await storage.read(`${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}`)
    store.read = () => Promise.reject(new Error('away'))
    await assert.rejects(storage.read(value))
    const [tampered, failed] = lines
    assert.equal(lines.length, 2)
    assert.equal(tampered?.level, 'warn')
    assert.equal(tampered?.args[1].reason, 'secret')
    assert.equal(failed?.level, 'error')
    assert.equal(failed?.args[1].err.code, 'ERR_SESSION_STORE')
  })

  it('has everything for debugging', async () => {
    const { lines, logger } = keeping()
    const storage = createMemorySessionStorage({ onEvent: logEvents(logger, { level: 'debug' }) })
    const session = await storage.read(null)
    session.set('a', 1)
    await storage.save(session)
    assert.deepEqual(
      lines.map(({ level, args }) => [level, args[0]]),
      [
        ['debug', 'session created'],
        ['debug', 'session saved'],
      ],
    )
  })

  it('gives loggers like pino the fields first', async () => {
    const { lines, logger } = keeping({ bindings: () => ({}) })
    const storage = createMemorySessionStorage({ onEvent: logEvents(logger) })
    const session = await storage.read(null)
    session.login('ada')
    await storage.save(session)
    assert.equal(lines[0]?.args[0].userId, 'ada')
    assert.equal(lines[0]?.args[1], 'session login: somebody logged in')
  })

  it('goes to the console, if it is told nothing else', () => {
    assert.equal(typeof logEvents(), 'function')
  })

  it('says what it needs', () => {
    const config = (message: RegExp) => ({ code: 'ERR_SESSION_CONFIG', message })
    assert.throws(() => logEvents({} as never), config(/debug, info, warn, error/))
    assert.throws(() => logEvents(console, { level: 'loud' as never }), config(/level/))
    assert.throws(() => logEvents(console, { levle: 'info' } as never), config(/level/))
  })
})
