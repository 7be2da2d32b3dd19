/*
 * The door for adapters of frameworks: docs/adapters.md says how to write one. `coatcheck/testing` has the cases that it
 * must pass.
 */
import type { Cookie } from '../core/cookie/cookie.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { readOptions } from '../core/options.ts'
import type { ForeignSession, ForeignSessionStorage } from '../core/serving/foreign-session.ts'
import { type VisitOptions, visitKinds } from '../core/serving/visit-options.ts'
import { createVisits as createUncheckedVisits, type Visits } from '../core/serving/visit.ts'
import type { Session, SessionData, UntypedData } from '../core/session/session.ts'

export type { Visit, Visits } from '../core/serving/visit.ts'
export type { RequestHeaders, VisitRequest } from '../core/serving/arrival.ts'
export { type VisitOptions, visitKinds } from '../core/serving/visit-options.ts'
export type { OptionKind, OptionKinds } from '../core/options.ts'
export type { ForeignSession } from '../core/serving/foreign-session.ts'
export type { Commit, Sending } from '../core/serving/commit.ts'
export {
  applyCommit,
  listHeaders,
  writeHeaders,
  type ResponseHeaders,
} from '../core/serving/response.ts'
export { holdResponse, type HeldResponse, type Holding } from './parts/held-response.ts'
export {
  NodeResponseHeaders,
  NodeVisitRequest,
  type NodeRequest,
  type NodeResponse,
} from './parts/node-message.ts'

/**
 * What adapters of frameworks are made of.
 *
 * @param cookie Must have secrets.
 * @param options Those of the adapter: what `visitKinds` names is looked at.
 * @throws {SessionError} `ERR_SESSION_CONFIG` unless sessions can be served with these, or if one of those options is wrong.
 */
export function createVisits<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: VisitOptions,
): Visits<Session<Data, Flash>>
/** The same with the storage of another library, such as `@remix-run/session`. */
export function createVisits<S extends ForeignSession>(
  cookie: Cookie,
  storage: ForeignSessionStorage<S>,
  options?: VisitOptions,
): Visits<S>
export function createVisits(
  cookie: Cookie,
  storage: ForeignSessionStorage,
  options: VisitOptions = {},
): Visits<ForeignSession> {
  // Our own adapters check them with theirs. Those of others have nothing else that would.
  const looked = Object.entries(options).filter(([name]) => Object.hasOwn(visitKinds, name))
  const checked = readOptions<VisitOptions>(
    'createVisits()',
    Object.fromEntries(looked),
    visitKinds,
  )
  return createUncheckedVisits(cookie, storage, checked)
}
