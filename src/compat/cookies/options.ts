/* oxlint-disable typescript/no-explicit-any -- what values were there, their own application knows */
import type { ImportedCookie, ImportedSession } from '../../core/cookie/importers.ts'
import { configError, isSessionError, StoreError } from '../../core/errors.ts'
import { type OptionKinds, readOptions } from '../../core/options.ts'
import { isObject } from '../../core/runtime/own.ts'
import { warnOnce } from '../../core/runtime/platform.ts'
import { reasonOf } from '../../core/store/failure-reason.ts'

/** What every importer takes. */
export interface ImporterOptions {
  /**
   * Whose session it is, by its values: `null`, `undefined` or `''` if nobody was logged in. Without it, an imported
   * session is in no user's list, so that `revokeAll` neither ends it nor keeps older cookies of that user out; and its
   * values go when somebody logs in, because they may be another user's. A number becomes a string. If it throws, or
   * returns something else, the cookie stands for no session.
   */
  userId?: ((values: Record<string, any>) => string | number | null | undefined) | undefined
}

/** For cookies that are signed and not encrypted. */
export interface SignedImporterOptions extends ImporterOptions {
  /**
   * What those cookies were signed with: texts, or the bytes of a Buffer. Weak ones are taken, because cookies with them
   * exist. Default: the secrets of the cookie that accepts them.
   */
  secrets?: readonly (string | Uint8Array)[] | undefined
}

/** For cookies that hold only an id. */
export interface IdImporterOptions extends SignedImporterOptions {
  /**
   * Looks the session up where it was kept; undefined if it is not there. If it throws, the request
   * fails as with any store that fails (`StoreError`), and the visitor keeps the cookie. Without it,
   * such a cookie stands for no session.
   */
  load?:
    | ((
        id: string,
      ) => ImportedSession | null | undefined | Promise<ImportedSession | null | undefined>)
    | undefined
}

export const importerKinds: OptionKinds<ImporterOptions> = { userId: 'function' }
export const idImporterKinds: OptionKinds<IdImporterOptions> = {
  ...importerKinds,
  secrets: 'any',
  load: 'function',
}

/**
 * @returns What the importer works with: a copy that inherits nothing.
 * @throws {SessionError} `ERR_SESSION_CONFIG`, saying what to write instead.
 */
export function readImporterOptions<Options extends ImporterOptions>(
  importer: string,
  options: Options | undefined,
  kinds: OptionKinds<Options>,
): Options {
  const own = readOptions(importer, options, kinds)
  const { secrets } = own as SignedImporterOptions
  const isSecret = (secret: unknown) =>
    (typeof secret === 'string' || secret instanceof Uint8Array) && secret.length > 0
  if (
    secrets !== undefined &&
    !(Array.isArray(secrets) && secrets.length > 0 && secrets.every(isSecret))
  ) {
    throw configError(
      `${importer} secrets must be the old secrets: an array of strings or Buffers, none empty. ` +
        'Is an environment variable not set?',
    )
  }
  return own
}

/** A cookie that holds its session. Undefined, as for one that is damaged, if nobody can tell whose it is. */
export function importedSession(
  value: string,
  session: ImportedSession,
  options: ImporterOptions,
): ImportedCookie | undefined {
  const owner = ownerOf(session, options)
  return owner && { value, session: { ...session, ...owner } }
}

/** What visitors have in old cookies may be what `userId` did not count on: then nobody can tell. */
function ownerOf(
  session: ImportedSession,
  { userId }: ImporterOptions,
): Pick<ImportedSession, 'userId'> | undefined {
  let owner: unknown = session.userId
  try {
    if (userId !== undefined) owner ??= userId(session.values) ?? null
  } catch (error) {
    warnOnce(`userId of an importer threw a ${(error as Error)?.name}: such cookies are not taken`)
    return undefined
  }
  if (owner === undefined) return { userId: undefined }
  if (owner === null || owner === '') return { userId: null }
  return typeof owner === 'string' || typeof owner === 'number'
    ? { userId: String(owner) }
    : undefined
}

/** A cookie that holds the id of its session. */
export async function importedById(
  id: string,
  options: IdImporterOptions,
  read: (values: Record<string, unknown>) => ImportedSession = (values) => ({ values }),
): Promise<ImportedCookie | undefined> {
  const session = await loaded(id, options)
  if (session === undefined || session === null) return { value: id }
  if (!isObject(session.values)) {
    throw configError('An importer’s load must return { values, flash? }, or undefined')
  }
  const { values, flash } = read(session.values)
  const merged = { ...session, values, flash: { ...flash, ...session.flash } }
  return importedSession(id, merged, options)
}

async function loaded(id: string, { load }: IdImporterOptions) {
  try {
    return await load?.(id)
  } catch (error) {
    throw isSessionError(error, 'ERR_SESSION_STORE')
      ? error
      : new StoreError('read', error, reasonOf(error))
  }
}

/** The value of the JSON text, or undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
