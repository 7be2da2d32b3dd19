export type { PeekableSessionStorage } from '../core/life-cycle/session-storage.ts'
export type { SessionStorageOptions } from '../core/life-cycle/storage-options.ts'
export type { SessionStore } from '../core/store/session-store.ts'
export { storeCases } from './store-cases.ts'
export { adapterCases } from './adapter-cases/index.ts'
export type {
  AdapterApp,
  AdapterCase,
  AdapterFixture,
  AdapterHandler,
  Reply,
} from './adapter-cases/app.ts'
export { storageCases } from './storage-cases/index.ts'
export type { StorageCase } from './storage-cases/visit.ts'
export {
  applies,
  runCase,
  storageFixture,
  storelessFixture,
  traitsOf,
  type ConformanceCase,
  type StorageFixture,
  type StoreFixture,
  type Trait,
} from './fixture.ts'
export { createGate, type Gate, type Held } from './gate.ts'
export { fakeClock, type TestClock } from './clock.ts'
