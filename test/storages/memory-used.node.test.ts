/* What a storage keeps in memory is what it was given, and not the request body that this was cut out of. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Session } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

function heapUsed(): number {
  for (let i = 0; i < 4; i++) collect()
  return process.memoryUsage().heapUsed
}

const count = 100
const bodyLength = 200_000

/** A part of a body, which V8 makes a view of the whole. */
function partOfBody(n: number): string {
  const body = Buffer.from(`q=a text of some length ${n}&`.padEnd(bodyLength, '.')).toString()
  return body.slice(2, body.indexOf('&'))
}

const changes: Record<string, (session: Session, part: string) => void> = {
  value: (session, part) => session.set('q', part),
  'user id': (session, part) => session.login(part),
  label: (session, part) => session.login('ada', { label: part }),
}

describe('A text that was cut out of a long one', () => {
  for (const [name, change] of Object.entries(changes)) {
    it(`does not keep that one in memory as a ${name}`, async () => {
      for (const create of [createMemorySessionStorage, createCookieSessionStorage]) {
        const storage = create()
        const before = heapUsed()
        const cookies: (string | null)[] = []
        for (let n = 0; n < count; n++) {
          const first = await storage.read(null)
          first.set('n', n)
          const cookie = await storage.save(first)
          // A record that comes again is remembered, and so is what it is changed to.
          for (let i = 0; i < 3; i++) await storage.read(cookie)
          const session = await storage.read(cookie)
          change(session, partOfBody(n))
          // The response carries it: Node keeps it in pieces until then.
          cookies.push(Buffer.from((await storage.save(session))!).toString())
        }
        assert.ok(heapUsed() - before < (count * bodyLength) / 4)
        assert.equal((await storage.read(cookies[0]!)).isNew, false)
      }
    })
  }
})
