import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { SessionStorageOptions } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createFsStore } from 'coatcheck/fs-storage'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { fakeClock, storelessFixture, type StoreFixture } from 'coatcheck/testing'
import { casesOfStorage } from './conformance/cases.ts'
import { describeStore, itPasses } from './conformance/run.ts'

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

for (const [name, open] of Object.entries(stores)) {
  await describeStore([`${name} store`, `${name} storage`], open)
}

describe('cookie storage', () => {
  const open = () => storelessFixture((options) => createCookieSessionStorage(options))
  itPasses(casesOfStorage(open().traits, open))
})

describe('cookie storage with revocations', () => {
  const create = (options: SessionStorageOptions) => createCookieSessionStorage(options)
  const open = () => storelessFixture(create, memoryFixture())
  itPasses(casesOfStorage(open().traits, open))
})
