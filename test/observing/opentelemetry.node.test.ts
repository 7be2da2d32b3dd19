/* With the real SDK: what an app's exporters get. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, beforeEach, describe, it } from 'node:test'
import { createSessionStorage } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { countEvents, instrument } from 'coatcheck/opentelemetry'
import { createRevocations } from 'coatcheck/revocations'

interface FinishedSpan {
  name: string
  attributes: object
  events: unknown[]
  status: { code: number }
  parentSpanContext?: { spanId: string }
  spanContext(): { spanId: string }
}

interface Metric {
  descriptor: { name: string; unit: string }
  dataPoints: { attributes: object; value: any }[]
}

// Loaded when the tests run, so that a checkout without them compiles.
const require = createRequire(import.meta.url)
const { context, trace } = require('@opentelemetry/api')
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
const {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} = require('@opentelemetry/sdk-metrics')
const {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} = require('@opentelemetry/sdk-trace-base')

const spans = new InMemorySpanExporter()
const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const tracer = tracers.getTracer('test')
after(() => context.disable())

/** A meter, and what its exporter gets: for each metric its points. */
function createMeter() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader] })
  const collect = async (): Promise<Metric[]> => {
    await reader.forceFlush()
    const [last] = exporter.getMetrics().slice(-1)
    await provider.shutdown()
    return last.scopeMetrics.flatMap(({ metrics }: { metrics: Metric[] }) => metrics)
  }
  return { meter: provider.getMeter('test'), collect }
}

const finished = (): FinishedSpan[] => spans.getFinishedSpans()
const shown = () =>
  finished().map(({ name, attributes, status }) => [name, attributes, status.code])

describe('Spans', () => {
  beforeEach(() => spans.reset())

  it('are around reads and saves, and say what became of them', async () => {
    const storage = instrument(createSessionStorage(createMemoryStore()), { tracer })
    const session = await storage.read(null)
    session.login('ada')
    const value = await storage.save(session)
    const next = await storage.read(value)
    await storage.save(next)
    const last = await storage.read(value)
    last.destroy()
    await storage.save(last)
    const read = (outcome: string) => [
      'session read',
      { 'coatcheck.operation': 'read', 'coatcheck.outcome': outcome },
      0,
    ]
    const save = (outcome: string) => [
      'session save',
      { 'coatcheck.operation': 'save', 'coatcheck.outcome': outcome },
      0,
    ]
    assert.deepEqual(shown(), [
      read('new'),
      save('saved'),
      read('found'),
      save('unchanged'),
      read('found'),
      save('ended'),
    ])
  })

  it('are parents of those that the store’s driver makes, and children of the request’s', async () => {
    const store = createMemoryStore()
    const { read } = store
    store.read = (key) =>
      tracer.startActiveSpan('GET', async (span: any) => {
        try {
          return await read.call(store, key)
        } finally {
          span.end()
        }
      })
    const storage = instrument(createSessionStorage(store), { tracer })
    const session = await storage.read(null)
    session.login('ada')
    const value = await storage.save(session)
    spans.reset()
    await tracer.startActiveSpan('GET /', async (span: any) => {
      await storage.read(value)
      span.end()
    })
    const [driver, ours, request] = finished()
    assert.deepEqual([driver?.name, ours?.name, request?.name], ['GET', 'session read', 'GET /'])
    assert.equal(driver?.parentSpanContext?.spanId, ours?.spanContext().spanId)
    assert.equal(ours?.parentSpanContext?.spanId, request?.spanContext().spanId)
  })

  it('say that the store failed, and hold nothing of the error but its code', async () => {
    const store = createMemoryStore()
    const storage = instrument(createSessionStorage(store, { onEvent() {} }), { tracer })
    store.keysOf = () => Promise.reject(new Error('secret of ada'))
    await assert.rejects(storage.sessionsOf('ada'), { code: 'ERR_SESSION_STORE' })
    assert.deepEqual(shown(), [
      [
        'session sessionsOf',
        { 'coatcheck.operation': 'sessionsOf', 'error.type': 'ERR_SESSION_STORE' },
        2,
      ],
    ])
    assert.deepEqual(finished()[0]?.events, [])
  })

  it('hold no value, id, handle or user id', async () => {
    const storage = instrument(createSessionStorage(createMemoryStore()), { tracer })
    const session = await storage.read(null)
    session.login('user-of-this-test')
    session.set('note', 'value-of-this-test')
    await storage.save(session)
    await storage.sessionsOf('user-of-this-test')
    await storage.revoke(session.handle)
    const text = JSON.stringify(
      finished().map(({ name, attributes, events, status }) => {
        return { name, attributes, events, status }
      }),
    )
    for (const secret of ['of-this-test', session.handle, session.id.slice(-20)]) {
      assert.ok(!text.includes(secret), secret)
    }
  })
})

describe('An instrumented storage', () => {
  it('serves as before, also where the cookie is the session, and makes no page private', async () => {
    const cookie = createCookie('s', { secrets: ['a key of these tests: 9Yt2-Lm4x-Kq7R'] })
    for (const made of [createSessionStorage(createMemoryStore()), createCookieSessionStorage()]) {
      const storage = instrument(made, { tracer })
      const serve = withSession({ cookie, storage }, (request, session) => {
        const { pathname } = new URL(request.url)
        if (pathname === '/set') session.set('name', 'Ada')
        return new Response(pathname === '/get' ? session.get('name') : 'page')
      })
      const first = await serve(new Request('https://x/set'))
      const headers = { Cookie: first.headers.get('Set-Cookie')!.split(';')[0]! }
      const second = await serve(new Request('https://x/get', { headers }))
      assert.equal(await second.text(), 'Ada')
      const third = await serve(new Request('https://x/other', { headers }))
      assert.equal(third.headers.get('Vary'), null)
      assert.equal(third.headers.get('Cache-Control'), null)
    }
  })

  it('does nothing that can be seen where no SDK is registered', async () => {
    trace.disable()
    const storage = instrument(
      createSessionStorage(createMemoryStore(), { onEvent: countEvents() }),
    )
    const session = await storage.read(null)
    session.login('ada')
    const value = await storage.save(session)
    assert.equal((await storage.read(value)).userId, 'ada')
    assert.equal((await storage.sessionsOf('ada')).length, 1)
    await storage.close()
  })

  it('answers at once where the storage does, and is still of its class', () => {
    class Counted {
      #asked = 0
      read(): number {
        return ++this.#asked
      }
      renew(): void {
        throw new Error('not now')
      }
    }
    spans.reset()
    const storage = instrument(new Counted(), { tracer })
    assert.equal(storage.read(), 1)
    assert.throws(() => storage.renew(), /not now/)
    assert.ok(storage instanceof Counted)
    assert.equal(String(storage), '[object Object]')
    assert.deepEqual(
      finished().map(({ name, status }) => [name, status.code]),
      [
        ['session read', 0],
        ['session renew', 2],
      ],
    )
  })

  it('says what it needs', () => {
    const config = { code: 'ERR_SESSION_CONFIG' }
    assert.throws(() => instrument(undefined as never), config)
    assert.throws(
      () => instrument(createCookieSessionStorage(), { trace: tracer } as never),
      config,
    )
    assert.throws(() => countEvents({ metre: 1 } as never), config)
  })
})

describe('Metrics', () => {
  it('are how long operations take, by their names and errors', async () => {
    const { meter, collect } = createMeter()
    const store = createMemoryStore()
    const storage = instrument(createSessionStorage(store, { onEvent() {} }), { tracer, meter })
    await storage.read(null)
    await storage.read(null)
    store.keysOf = () => Promise.reject(new Error('away'))
    await assert.rejects(storage.sessionsOf('ada'))
    const [duration] = await collect()
    assert.deepEqual(
      [duration?.descriptor.name, duration?.descriptor.unit],
      ['coatcheck.operation.duration', 's'],
    )
    assert.deepEqual(
      duration?.dataPoints.map(({ attributes, value }) => [attributes, value.count]),
      [
        [{ 'coatcheck.operation': 'read' }, 2],
        [{ 'coatcheck.operation': 'sessionsOf', 'error.type': 'ERR_SESSION_STORE' }, 1],
      ],
    )
  })

  it('and spans are of every method of every storage, whichever there will be', async () => {
    const revocations = createRevocations({ store: createMemoryStore() })
    const made = createSessionStorage(createMemoryStore(), { onEvent() {} })
    for (const storage of [
      { ...made, renameUser: async () => 'renamed' },
      createCookieSessionStorage({ revocations }),
    ]) {
      const { meter, collect } = createMeter()
      spans.reset()
      const wrapped = instrument(storage, { tracer, meter }) as unknown as Record<string, Function>
      const names = Object.entries(storage)
        .filter(([, one]) => typeof one === 'function')
        .map(([name]) => name)
      // What it is given does not matter: a refusal is one of the method.
      for (const name of names) await Promise.resolve(wrapped[name]!()).catch(() => {})
      const [duration] = await collect()
      const measured = duration?.dataPoints.map(({ attributes }) => Object.values(attributes)[0])
      const operations = names.filter((name) => name !== 'close').sort()
      assert.deepEqual(measured?.sort(), operations)
      const named = finished().map(({ name }) => name.replace('session ', ''))
      assert.deepEqual(named.sort(), operations)
    }
  })

  it('are how often what happened', async () => {
    const { meter, collect } = createMeter()
    const onEvent = countEvents({ meter })
    const storage = createSessionStorage(createMemoryStore(), { onEvent })
    const session = await storage.read(null)
    session.login('ada')
    await storage.save(session)
    await storage.read('forged')
    await storage.read('forged too')
    const [events] = await collect()
    assert.equal(events?.descriptor.name, 'coatcheck.events')
    const counted = events?.dataPoints.map(({ attributes, value }) => [attributes, value])
    const tampered = { 'coatcheck.event.type': 'tampered', 'coatcheck.event.reason': 'id' }
    assert.deepEqual(
      counted?.filter(([attributes]) => 'coatcheck.event.reason' in (attributes as object)),
      [[tampered, 2]],
    )
    assert.ok(JSON.stringify(counted).includes('"login"'))
    assert.ok(!JSON.stringify(counted).includes('ada'))
  })
})
