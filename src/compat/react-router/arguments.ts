import { configError } from '../../core/errors.ts'
import type { OptionKinds } from '../../core/options.ts'
import { warnOfUnknown } from '../parts/unknown-options.ts'
import { serializeKinds } from './attributes.ts'
import type { CommitOptions } from './session-storage.ts'

const commitKinds: OptionKinds<CommitOptions> = {
  ...serializeKinds,
  login: 'any',
  regenerateId: 'any',
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` for a request or for headers, which have the header in them. */
export function assertHeader(header: unknown): void {
  if (header === undefined || header === null || typeof header === 'string') return
  throw configError("getSession() takes the Cookie header: request.headers.get('Cookie')")
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` for what is no session, such as the promise of one. */
export function assertSession(caller: string, session: { readonly id: unknown }): void {
  if (typeof session?.id === 'string') return
  throw configError(`${caller} takes a session: await getSession(request.headers.get('Cookie'))`)
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` for what is no session. */
export function checkCommit(session: { readonly id: unknown }, options: CommitOptions): void {
  assertSession('commitSession()', session)
  warnOfUnknown('commitSession()', options, commitKinds)
}
