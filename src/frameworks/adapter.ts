/*
 * The door for adapters of frameworks: docs/adapters.md says how to write one. `coatcheck/testing` has the cases that it
 * must pass.
 */
export { createVisits, type Visit, type Visits } from '../core/serving/visit.ts'
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
