import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createFsStore } from 'coatcheck/fs-storage'
import { createMemoryStore } from 'coatcheck/memory-storage'
import {
  applies,
  fakeClock,
  runCase,
  storageCases,
  storageFixture,
  storeCases,
  storelessFixture,
  traitsOf,
  type StorageFixture,
  type StoreFixture,
} from 'coatcheck/testing'

function memoryFixture(): StoreFixture {
  const clock = fakeClock()
  return { store: createMemoryStore({ now: () => clock.now() }), clock }
}

function fsFixture(durable: boolean): StoreFixture {
  const clock = fakeClock()
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  const store = createFsStore(directory, { durable, sweepInterval: 0, now: () => clock.now() })
  return { store, clock, close: () => rmSync(directory, { recursive: true, force: true }) }
}

const stores: Record<string, () => StoreFixture> = {
  memory: memoryFixture,
  fs: () => fsFixture(false),
  'fs, durable': () => fsFixture(true),
}

const storages: Record<string, () => StorageFixture> = {
  cookie: () => storelessFixture((options) => createCookieSessionStorage(options)),
}

for (const [name, makeFixture] of Object.entries(stores)) {
  storages[name] = () => storageFixture(makeFixture())
  const probe = makeFixture()
  const traits = traitsOf(probe.store)
  void probe.close?.()
  describe(`${name} store`, () => {
    for (const one of storeCases.filter((each) => applies(each, traits))) {
      it(one.name, () => runCase(one, makeFixture))
    }
  })
}

for (const [name, makeFixture] of Object.entries(storages)) {
  const probe = makeFixture()
  void probe.close?.()
  describe(`${name} storage`, () => {
    for (const one of storageCases.filter((each) => applies(each, probe.traits))) {
      it(one.name, () => runCase(one, makeFixture))
    }
  })
}
