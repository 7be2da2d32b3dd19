import { Cookie } from '../../core/cookie/cookie.ts'
import {
  createSessionStorage,
  type ServerSessionStorage,
} from '../../core/life-cycle/session-storage.ts'
import type { VisitOptions } from '../../core/serving/visit-options.ts'
import type { Session } from '../../core/session/session.ts'
import { createGate, type Gate } from '../gate.ts'
import { createMapStore } from './map-store.ts'
import { Browser } from './browser.ts'

/** What a handler of the cases answers. The fixture says it as handlers of its framework do. */
export type Reply =
  | { text: string; status?: number; headers?: readonly (readonly [string, string])[] }
  | { json: unknown }
  /** With status 303. */
  | { redirect: string }
  /** Pieces of text, sent one after the other as they come. */
  | { stream: AsyncIterable<string> }
  /** Nothing but a status. */
  | { empty: 204 | 304 }

export type AdapterHandler = (
  session: Session,
  /** The session of the second cookie, where there is one. */
  second?: Session,
) => Reply | Promise<Reply>

/** What a fixture starts a server with. */
export interface AdapterApp {
  cookie: Cookie
  storage: ServerSessionStorage
  /** Options of the adapter: it hands them on to `createVisits()`. */
  options?: VisitOptions
  /** Another cookie, in cases for adapters that can serve several: its session goes to handlers too. */
  second?: { cookie: Cookie; storage: ServerSessionStorage }
  /** By path. Each answers to GET, HEAD and POST. What it throws goes to the framework. */
  handlers: Readonly<Record<string, AdapterHandler>>
}

/** What the author of an adapter supplies. */
export interface AdapterFixture {
  /** Starts a server of the framework, with the adapter in front of these handlers, on a free port of 127.0.0.1. */
  start(app: AdapterApp): Promise<{ origin: string; close(): Promise<void> }>
}

/** One rule of adapters. It is data, so that any test runner can run it. */
export interface AdapterCase {
  readonly name: string
  /** Where an adapter serves one cookie only, this case does not hold. */
  readonly needs?: 'several sessions'
  run(fixture: AdapterFixture): Promise<void>
}

/** A server under test, and the gate before its store. */
interface Running {
  readonly gate: Gate
  /** A new visitor. */
  browser(): Browser
}

const secret = 'only for the cases of adapters: 6RwX-m2Qp'

/** Runs a case on a server with these handlers. */
export async function withApp(
  fixture: AdapterFixture,
  handlers: AdapterApp['handlers'],
  use: (running: Running) => Promise<void>,
  { hasSecond = false, options }: { hasSecond?: boolean; options?: VisitOptions } = {},
): Promise<void> {
  const gate = createGate(createMapStore())
  // Whoever watches is not told on the console.
  const storage = createSessionStorage(gate.store, { onEvent() {} })
  const cookie = new Cookie('__Host-session', { secrets: [secret] })
  const second = {
    cookie: new Cookie('__Host-second', { secrets: [secret] }),
    storage: createSessionStorage(createMapStore()),
  }
  const server = await fixture.start({
    cookie,
    storage,
    handlers,
    ...(options && { options }),
    ...(hasSecond && { second }),
  })
  const bodies: Promise<unknown>[] = []
  try {
    await use({ gate, browser: () => new Browser(server.origin, bodies) })
    // A body that no case reads would break off when the server stops, and its error be nobody's.
    await Promise.all(bodies)
  } finally {
    await server.close()
  }
}
