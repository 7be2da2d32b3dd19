import type { AdapterFixture } from './app.ts'

/** One rule of adapters. It is data, so that any test runner can run it. */
export interface AdapterCase {
  readonly name: string
  /** Where an adapter serves one cookie only, this case does not hold. */
  readonly needs?: 'several sessions'
  run(fixture: AdapterFixture): Promise<void>
}
