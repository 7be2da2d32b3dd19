import type { Cookie } from '../../core/cookie/cookie.ts'
import { configError } from '../../core/errors.ts'
import type { SessionStorage } from '../../core/life-cycle/session-storage.ts'
import { type VisitOptions, visitKinds } from '../../core/serving/visit-options.ts'
import { type OptionKinds, readOptions } from '../../core/options.ts'
import { createVisits, type Visit, type Visits } from '../../core/serving/visit.ts'
import type { Session } from '../../core/session/session.ts'
import type { Holding } from './held-response.ts'
import { refuseAssignments } from './assignments.ts'

export interface PlaceOptions<Name extends string = string> extends VisitOptions {
  /** Where handlers find the session. Default: `session`. Several sessions of one request have a property each. */
  property?: Name | undefined
}

const kinds: OptionKinds<PlaceOptions> = { ...visitKinds, property: 'string' }

/** The property that the session goes to. */
export function readProperty(options: PlaceOptions | undefined): string {
  const { property = 'session' } = readOptions('session()', options, kinds)
  if (property === '') throw configError('session() option property is empty: name one')
  return property
}

/** What an adapter is given whose framework carries no types from the middleware to the handler. */
export type SessionArguments = [
  cookie: Cookie,
  // oxlint-disable-next-line typescript/no-explicit-any -- no other type takes all of them
  storage: SessionStorage<any, any>,
  options?: PlaceOptions,
]

/** Where such an adapter gets its visits from, and the property that the session goes to. */
export function visitsFrom(...[cookie, storage, options]: SessionArguments): {
  visits: Visits<Session>
  property: string
} {
  const property = readProperty(options)
  refuseAssignments()
  return { visits: createVisits(cookie, storage, options), property }
}

/**
 * Puts the session of a visit where handlers look for it.
 *
 * @returns The visit to end: see `keepPlace`.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if something else is there.
 */
export function place(
  holder: object,
  property: string,
  visit: Pick<Visit, 'session' | 'close' | 'fail'>,
): Holding['visit'] {
  const properties = holder as Record<string, unknown>
  if (properties[property] !== undefined) {
    throw configError(
      `The request has a property "${property}" already, of other middleware: ` +
        "session(cookie, storage, { property: 'another name' }) puts this session elsewhere",
    )
  }
  properties[property] = visit.session
  return keepPlace(properties, property, visit)
}

/**
 * A visit that ends well only if its session is still where it was put. `request.session = null` is the logout of other
 * libraries: here the visitor would stay logged in, and nobody would know why.
 */
export function keepPlace(
  holder: Readonly<Record<string, unknown>>,
  property: string,
  visit: Pick<Visit, 'session' | 'close' | 'fail'>,
): Holding['visit'] {
  return {
    close: () => (isKept() ? visit.close() : refuse()),
    fail: () => visit.fail(),
  }

  /** What was ended may go: that is what other libraries do with it. */
  function isKept(): boolean {
    return holder[property] === visit.session || visit.session.destroyed
  }

  async function refuse(): Promise<never> {
    await visit.fail()
    throw configError(
      `Something else is in the place of the session, at "${property}": to log out, call destroy() of the session`,
    )
  }
}
