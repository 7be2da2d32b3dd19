import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { missing } from '../../services/index.ts'
import { type Fault, type FaultProxy, startProxy } from '../proxy.ts'
import { backends, type Opened, type Storage } from './backends.ts'
import { begin, count, eventually, failure, settle, valuesOf } from './visits.ts'

const timeout = 0.3
/** For faults under which everything works, but slowly. */
const patience = 10
const visitors = 8

interface Case {
  name: string
  fault: Fault
  /** Whether operations must work, must fail, or may do either. */
  outcome: 'works' | 'fails' | 'either'
}

const cases: Case[] = [
  { name: 'a slow network', fault: { kind: 'latency', ms: 10, jitter: 20 }, outcome: 'works' },
  { name: 'replies in single bytes', fault: { kind: 'slice' }, outcome: 'works' },
  {
    name: 'a thin line',
    fault: { kind: 'throttle', bytesPerSecond: 20_000 },
    outcome: 'works',
  },
  { name: 'a black hole', fault: { kind: 'blackHole' }, outcome: 'fails' },
  { name: 'half-open connections', fault: { kind: 'forget' }, outcome: 'fails' },
  { name: 'resets', fault: { kind: 'reset' }, outcome: 'fails' },
  { name: 'half-closed connections', fault: { kind: 'halfClose' }, outcome: 'fails' },
  { name: 'nobody who listens', fault: { kind: 'refuse' }, outcome: 'fails' },
  { name: 'replies that come twice', fault: { kind: 'duplicate' }, outcome: 'either' },
  { name: 'replies in the wrong order', fault: { kind: 'late' }, outcome: 'either' },
]

for (const [name, backend] of Object.entries(backends)) {
  describe(`${name}, behind a network with faults`, { skip: missing(backend.service) }, () => {
    let server: Awaited<ReturnType<typeof backend.start>>
    let proxy: FaultProxy
    let quick: Opened
    let patient: Opened
    let cookies: string[]
    // memcached repeats whose reply it is. Elsewhere one that is another's reads as no session at worst.
    const hasNames = backend.service === 'memcached'
    before(async () => {
      server = await backend.start()
      proxy = await startProxy(server.port)
      quick = await backend.open(proxy.port, timeout)
      patient = await backend.open(proxy.port, patience)
      const marks = Array.from({ length: visitors }, (_, n) => `visitor ${n}`)
      cookies = await Promise.all(marks.map((mark) => begin(patient.storage, { mark, n: 0 })))
    })
    after(async () => {
      await proxy.use({ kind: 'pass' })
      await Promise.all([quick.close(), patient.close()])
      await proxy.close()
      await server.stop()
    })

    /** Everybody visits, one just after the other. Returns how many were told that it did not work. */
    async function visit(storage: Storage, seconds: number, isSurelyOwn: boolean): Promise<number> {
      const outcomes = await Promise.all(
        cookies.map(async (cookie, n) => {
          // What is sent at once is answered in one piece, of which nothing could overtake the rest.
          await sleep(n * 4)
          return settle(valuesOf(storage, cookie), seconds)
        }),
      )
      for (const [n, outcome] of outcomes.entries()) {
        const mark = 'value' in outcome ? outcome.value.mark : undefined
        if (mark !== undefined || (isSurelyOwn && 'value' in outcome)) {
          assert.equal(mark, `visitor ${n}`)
        }
      }
      return outcomes.filter((outcome) => 'error' in outcome).length
    }

    async function isWell(storage: Storage): Promise<void> {
      await eventually(async () => {
        for (const cookie of cookies) await storage.read(cookie)
      })
      for (const [n, cookie] of cookies.entries()) {
        const before = await eventually(() => valuesOf(storage, cookie))
        assert.equal(before.mark, `visitor ${n}`)
        await eventually(() => count(storage, cookie))
        const { n: counted } = await eventually(() => valuesOf(storage, cookie))
        assert.ok(counted! > before.n!)
      }
    }

    for (const { name, fault, outcome } of cases) {
      it(`${outcome === 'works' ? 'works through' : 'survives'} ${name}`, async () => {
        const { storage } = outcome === 'works' ? patient : quick
        const seconds = outcome === 'works' ? patience : timeout
        await isWell(storage)
        const session = await eventually(() => storage.read(cookies[0]!))
        session.update('n', (n) => (n ?? 0) + 1)
        const connections = proxy.connections
        await proxy.use(fault)
        let failed = 0
        try {
          const saving = settle(storage.save(session), seconds * 2)
          for (let round = 0; round < 2; round++) {
            failed += await visit(storage, seconds, outcome !== 'either' || hasNames)
          }
          if ('error' in (await saving)) failed++
        } finally {
          await proxy.use({ kind: 'pass' })
        }
        if (outcome === 'works') assert.equal(failed, 0)
        if (outcome === 'fails') assert.equal(failed, 2 * visitors + 1)
        const made = proxy.connections - connections
        assert.ok(made <= 2 * visitors + 10, `${made} connections were made`)
        await isWell(storage)
        await Promise.all([1, 2, 3].map(() => visit(storage, patience, true)))
      })
    }

    it('fails a thousand operations in time, and keeps none of them for later', async () => {
      const { storage } = quick
      await isWell(storage)
      await proxy.use({ kind: 'blackHole' })
      try {
        const failing: Promise<unknown>[] = []
        for (let n = 0; n < 1000; n++) {
          const read = () => storage.read(cookies[n % visitors]!)
          failing.push(failure(n % 2 ? read() : begin(storage, { n: 1 }), timeout))
          // Or the first would be late before the last has been begun.
          if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
        }
        await Promise.all(failing)
      } finally {
        await proxy.use({ kind: 'pass' })
      }
      await isWell(storage)
    })

    it('P8 answers with 503 and leaves the cookie alone, and it is good again afterwards', async () => {
      const cookie = createCookie('session', { secrets: ['a secret of more than 32 characters'] })
      const serve = withSession({ cookie, storage: quick.storage }, (request, session) => {
        if (request.url.endsWith('/set')) session.set('mark', 'one')
        if (request.url.endsWith('/end')) session.destroy()
        return new Response(String(session.get('mark')))
      })
      const ask = (path: string, sent = '') =>
        serve(new Request(`https://shop.example${path}`, { headers: { cookie: sent } }))
      const asWell = async (path: string, sent?: string) => {
        await isWell(quick.storage)
        for (;;) {
          const response = await ask(path, sent)
          // A third of a second is not long on a busy machine.
          if (response.status !== 503) return response
        }
      }
      const first = await asWell('/set')
      const sent = first.headers.getSetCookie()[0]!.split(';')[0]!

      await proxy.use({ kind: 'blackHole' })
      try {
        for (const [path, header] of [
          ['/', sent],
          ['/set', sent],
          ['/end', sent],
          ['/set'],
        ] as const) {
          const response = await ask(path, header)
          assert.equal(response.status, 503, path)
          assert.ok(response.headers.has('Retry-After'))
          assert.deepEqual(response.headers.getSetCookie(), [])
        }
      } finally {
        await proxy.use({ kind: 'pass' })
      }
      const again = await asWell('/', sent)
      assert.equal(await again.text(), 'one')
    })
  })
}
