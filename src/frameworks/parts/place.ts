import { configError } from '../../core/errors.ts'
import { type VisitOptions, visitKinds } from '../../core/serving/visit-options.ts'
import { type OptionKinds, readOptions } from '../../core/options.ts'

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

/**
 * Puts a session where handlers look for it.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if something else is there.
 */
export function place(holder: object, property: string, session: object): void {
  const properties = holder as Record<string, unknown>
  if (properties[property] !== undefined) {
    throw configError(
      `The request has a property "${property}" already, of other middleware: ` +
        "session(cookie, storage, { property: 'another name' }) puts this session elsewhere",
    )
  }
  properties[property] = session
}
