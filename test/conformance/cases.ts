import {
  applies,
  type ConformanceCase,
  runCase,
  storageCases,
  storageFixture,
  type StorageFixture,
  storeCases,
  type StoreFixture,
  traitsOf,
  type Trait,
} from 'coatcheck/testing'
import { versionCases } from './data-versions/versions.ts'
import { versionRaceCases } from './data-versions/version-races.ts'

/** A case, bound to what opens the fixture that it runs on. `Env` is what opening one needs: in workerd the bindings. */
export interface BoundCase<Env = void> {
  name: string
  run(env: Env): Promise<void>
}

type Traits = ReadonlySet<Trait>
type Opens<Fixture, Env> = (env: Env) => Fixture | Promise<Fixture>

/** The cases of stores that hold for a store with these traits. */
export function casesOfStore<Env = void>(
  traits: Traits,
  open: Opens<StoreFixture, Env>,
): BoundCase<Env>[] {
  return bind(storeCases, traits, open)
}

/** The cases of storages that hold for the storage that such a store becomes. */
export function casesOnStore<Env = void>(
  traits: Traits,
  open: Opens<StoreFixture, Env>,
): BoundCase<Env>[] {
  return casesOfStorage(traits, async (env: Env) => storageFixture(await open(env)))
}

export function casesOfStorage<Env = void>(
  traits: Traits,
  open: Opens<StorageFixture, Env>,
): BoundCase<Env>[] {
  return bind([...storageCases, ...versionCases, ...versionRaceCases], traits, open)
}

function bind<Fixture extends { close?(): void | Promise<void> }, Env>(
  cases: readonly ConformanceCase<Fixture>[],
  traits: Traits,
  open: Opens<Fixture, Env>,
): BoundCase<Env>[] {
  return cases
    .filter((one) => applies(one, traits))
    .map((one) => ({ name: one.name, run: (env) => runCase(one, () => open(env)) }))
}

export async function traitsOfFixture(open: Opens<StoreFixture, void>): Promise<Traits> {
  const { store, close } = await open()
  await close?.()
  return traitsOf(store)
}
