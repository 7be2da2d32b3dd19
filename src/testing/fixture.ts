import { createRevocations } from '../core/life-cycle/create-revocations.ts'
import {
  createSessionStorage,
  type PeekableSessionStorage,
} from '../core/life-cycle/session-storage.ts'
import {
  isClosable,
  isIndexed,
  isSweepable,
  type SessionStore,
} from '../core/store/session-store.ts'
import type { SessionStorageOptions } from '../core/life-cycle/storage-options.ts'
import { fakeClock, type TestClock } from './clock.ts'
import { createGate, type Gate } from './gate.ts'

/** What the author of a store supplies, afresh for every case. */
export interface StoreFixture {
  /** An empty store, on this clock if it takes one. */
  store: SessionStore
  clock: TestClock
  /** Lets go of what the fixture holds. */
  close?(): void | Promise<void>
}

/** A fact about a backend, on which cases depend. Facts are seen or declared, never chosen. */
export type Trait =
  /** Sessions are kept on the server, so that it can end them. */
  | 'server'
  /** Sessions can be ended: on the server, or by notes of what has ended. */
  | 'revocable'
  /** What is kept is not dropped before it expires. */
  | 'lasting'
  /** Writes compare and swap. */
  | 'atomic'
  /** A user's sessions can be listed. */
  | 'indexed'
  /** Sessions can be of groups that end together: in lists that are kept, or by notes where there are no lists. */
  | 'grouped'
  /** Expired records go when the store is told to drop them. */
  | 'sweepable'
  | 'closable'

/** What storage cases work on. {@link storageFixture} makes one of a store. */
export interface StorageFixture {
  readonly traits: ReadonlySet<Trait>
  readonly clock: TestClock
  /** A storage on the fixture's backend. Several of them are several servers. */
  createStorage(options?: SessionStorageOptions): PeekableSessionStorage
  /** The gate before the store, where there is a store. */
  readonly gate?: Gate | undefined
  close?(): void | Promise<void>
}

/** One rule. It is data, so that any test runner can run it. */
export interface ConformanceCase<Fixture> {
  readonly name: string
  /** The case holds for storages with all of these. */
  readonly needs?: readonly Trait[]
  /** The case holds for storages without this: it shows what they cannot do. */
  readonly lacks?: Trait
  run(fixture: Fixture): Promise<void>
}

/** What a store can do. */
export function traitsOf(store: SessionStore): ReadonlySet<Trait> {
  const traits = new Set<Trait>(['server', 'revocable'])
  if (store.evicts !== true) traits.add('lasting')
  if (store.atomic !== false) traits.add('atomic')
  if (isIndexed(store)) traits.add('indexed')
  const areAble = traits.has('lasting') && traits.has('atomic')
  if (areAble || !traits.has('indexed')) traits.add('grouped')
  if (isSweepable(store)) traits.add('sweepable')
  if (isClosable(store)) traits.add('closable')
  return traits
}

/** The storage that every store becomes, with a gate before the store. */
export function storageFixture({ store, clock, close }: StoreFixture): StorageFixture {
  const gate = createGate(store)
  return {
    traits: traitsOf(store),
    clock,
    gate,
    createStorage: (options) =>
      createSessionStorage(gate.store, { now: () => clock.now(), ...options }),
    close: () => close?.(),
  }
}

/**
 * A storage without a store.
 *
 * @param notes Where it notes what has ended, if it can end sessions.
 */
export function storelessFixture(
  createStorage: (options: SessionStorageOptions) => PeekableSessionStorage,
  notes?: StoreFixture,
): StorageFixture {
  const { store, clock = fakeClock(), close } = notes ?? {}
  const now = () => clock.now()
  if (store === undefined) {
    return { traits: new Set(), clock, createStorage: (own) => createStorage({ now, ...own }) }
  }
  const gate = createGate(store)
  const revocations = () => createRevocations({ store: gate.store, cache: 0 })
  return {
    traits: new Set(['revocable', 'lasting', 'grouped']),
    clock,
    gate,
    createStorage: (own) => createStorage({ now, revocations: revocations(), ...own }),
    close: () => close?.(),
  }
}

/** Whether a case holds for a storage with these traits. */
export function applies<Fixture>(
  { needs = [], lacks }: ConformanceCase<Fixture>,
  traits: ReadonlySet<Trait>,
): boolean {
  return needs.every((trait) => traits.has(trait)) && (lacks === undefined || !traits.has(lacks))
}

/** Runs one case on a fixture of its own, which it closes afterwards. */
export async function runCase<Fixture extends { close?(): void | Promise<void> }>(
  { run }: ConformanceCase<Fixture>,
  makeFixture: () => Fixture | Promise<Fixture>,
): Promise<void> {
  const fixture = await makeFixture()
  try {
    await run(fixture)
  } finally {
    await fixture.close?.()
  }
}
