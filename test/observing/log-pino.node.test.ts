import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { it } from 'node:test'
import { type EventLogger, logEvents } from 'coatcheck/log'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

// Loaded when the test runs, so that a checkout without it compiles.
const { pino } = createRequire(import.meta.url)('pino') as {
  pino(options: object, stream: { write(line: string): void }): EventLogger
}

it('events go to pino as lines of JSON, at their levels', async () => {
  const lines: any[] = []
  const logger = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) })
  const storage = createMemorySessionStorage({ onEvent: logEvents(logger) })
  const session = await storage.read(null)
  session.login('ada')
  session.set('secret', 'a value that nobody logs')
  await storage.save(session)
  await storage.read('forged')
  assert.deepEqual(
    lines.map(({ level, msg, event, userId }) => [level, msg, event, userId]),
    [
      [30, 'session login: somebody logged in', 'login', 'ada'],
      [40, 'session tampered: a cookie is not ours', 'tampered', undefined],
    ],
  )
  assert.doesNotMatch(JSON.stringify(lines), /a value that nobody logs/)
})
