import type { Arrival, Source } from './arrival.ts'
import type { ForeignSession } from './foreign-session.ts'

export interface CheckOptions {
  /**
   * Looks at each stored session that a request comes with, before the handler sees it, and says whether it is kept, needs a
   * step-up, is refused or ends: `createSessionCheck()` of `coatcheck/accounts` makes it. Default: none.
   */
  check?: SessionCheck | undefined
}

/** What `createSessionCheck()` of `coatcheck/accounts` makes, for the option `check`. What is in it is for middleware. */
export interface SessionCheck {
  /**
   * @throws {SessionError} `ERR_SESSION_CONFIG` if the storage is not one of ours.
   * @internal
   */
  ofStorage(storage: object): Examine
}

/** What the handler gets in place of what came. */
export type Examine = <S extends ForeignSession>(
  arrival: Arrival<S>,
  source: Source<S>,
) => Promise<Arrival<S>>
