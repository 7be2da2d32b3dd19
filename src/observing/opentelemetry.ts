/** @ts-ignore -- An optional peer: who does not use this entry has not installed it. */
import { metrics, SpanStatusCode, trace } from '@opentelemetry/api'
/** @ts-ignore -- as above */
import type { Attributes, Meter, Span, Tracer } from '@opentelemetry/api'
import { configError } from '../core/errors.ts'
import type { SessionEventListener } from '../core/events.ts'
import { type OptionKinds, readOptions } from '../core/options.ts'
import { isThenable } from '../core/runtime/maybe-promise.ts'
import { stateIn } from '../core/session/state-of.ts'

export type { SessionEventListener } from '../core/events.ts'

export interface InstrumentOptions {
  /** Makes the spans. Default: `trace.getTracer('coatcheck')`, of whatever SDK the app has registered. */
  tracer?: Tracer | undefined
  /** Makes the histogram of durations. Default: `metrics.getMeter('coatcheck')`. */
  meter?: Meter | undefined
}

export interface CountEventsOptions {
  /** Makes the counter. Default: `metrics.getMeter('coatcheck')`. */
  meter?: Meter | undefined
}

const instrumentKinds: OptionKinds<InstrumentOptions> = { tracer: 'object', meter: 'object' }
const countKinds: OptionKinds<CountEventsOptions> = { meter: 'object' }

/**
 * Whether it is a method of storages that waits for a store. Told by what it is not, so that one which a storage gets later is
 * among them.
 */
function isOperation(key: PropertyKey): boolean {
  return typeof key === 'string' && key !== 'close' && !(key in Object.prototype)
}

/** Seconds: from a store in memory to one that is about to time out. */
const boundaries = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/**
 * The same storage with a span around each of its methods but `close`, and a histogram of how long they take:
 *
 * * spans `session read`, `session save` and so on, around those of the store's driver, with `coatcheck.operation`, and for
 *   reads and saves `coatcheck.outcome`;
 * * the histogram `coatcheck.operation.duration` in seconds, with `coatcheck.operation`, and `error.type` where it failed.
 *
 * A failure has `error.type`: our error code, or the name of the error. No value of a session, no id, handle, user id or
 * message is in any of them.
 *
 * @example
 * ```ts
 * const storage = instrument(createRedisSessionStorage(client, { onEvent: countEvents() }))
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if there is no storage, or an option is wrong.
 */
export function instrument<S extends object>(storage: S, options?: InstrumentOptions): S {
  const given = readOptions('instrument()', options, instrumentKinds)
  if (typeof (storage as { read?: unknown } | undefined)?.read !== 'function') {
    throw configError('instrument() takes a storage: instrument(createMemorySessionStorage())')
  }
  const tracer = given.tracer ?? trace.getTracer('coatcheck')
  const meter = given.meter ?? metrics.getMeter('coatcheck')
  const duration = meter.createHistogram('coatcheck.operation.duration', {
    description: 'How long an operation of a session storage takes',
    unit: 's',
    advice: { explicitBucketBoundaries: boundaries },
  })

  function around(name: string, method: (...args: unknown[]) => unknown): typeof method {
    const attributes = { 'coatcheck.operation': name }
    return (...args) =>
      tracer.startActiveSpan(`session ${name}`, { attributes }, (span: Span) => {
        const began = performance.now()
        const end = (failure: Attributes = {}) => {
          duration.record((performance.now() - began) / 1000, { ...attributes, ...failure })
          span.end()
        }
        const succeed = (result: unknown) => {
          const outcome = outcomeOf(name, result)
          if (outcome !== undefined) span.setAttribute('coatcheck.outcome', outcome)
          end()
          return result
        }
        const failWith = (error: unknown): never => {
          end({ 'error.type': fail(span, error) })
          throw error
        }
        let result: unknown
        try {
          result = method.apply(storage, args)
        } catch (error) {
          return failWith(error)
        }
        // What an app has added may not wait for anything.
        return isThenable(result) ? result.then(succeed, failWith) : succeed(result)
      })
  }

  const wrapped = new Map<PropertyKey, unknown>()
  return new Proxy(storage, {
    get(target, key) {
      const known = wrapped.get(key)
      if (known !== undefined) return known
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      const method = isOperation(key) ? around(String(key), value as never) : value.bind(target)
      wrapped.set(key, method)
      return method
    },
  })
}

/** What became of a read or a save. */
function outcomeOf(name: string, result: unknown): string | undefined {
  if (name === 'read') return stored(result) ? 'found' : 'new'
  if (name !== 'save') return undefined
  if (result === null) return 'unchanged'
  return result === '' ? 'ended' : 'saved'
}

/** Not `isNew`: looking at that would say that the response depends on the session. */
function stored(session: unknown): boolean {
  return stateIn(session)?.loaded !== undefined
}

/** Says that the operation failed, without the error's message. Returns its kind. */
function fail(span: Span, error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  const kind = [code, name].find((one) => typeof one === 'string') ?? '_OTHER'
  span.setAttribute('error.type', kind as string)
  span.setStatus({ code: SpanStatusCode.ERROR })
  return kind as string
}

/**
 * Counts what happens to sessions, for `onEvent`: the counter `coatcheck.events`, with `coatcheck.event.type`, and
 * `coatcheck.event.reason` or `coatcheck.operation` where the event has one.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function countEvents(options?: CountEventsOptions): SessionEventListener {
  const { meter = metrics.getMeter('coatcheck') } = readOptions(
    'countEvents()',
    options,
    countKinds,
  )
  const counter = meter.createCounter('coatcheck.events', {
    description: 'What happened to sessions',
    unit: '{event}',
  })
  return (event) => {
    const attributes: Attributes = { 'coatcheck.event.type': event.type }
    if ('reason' in event) attributes['coatcheck.event.reason'] = event.reason
    if ('operation' in event) attributes['coatcheck.operation'] = event.operation
    counter.add(1, attributes)
  }
}
