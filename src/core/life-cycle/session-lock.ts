import { type OptionKinds, readOptions } from '../options.ts'
import { longestLifetime, seconds } from '../record/lifetime.ts'
import { PatientLifetime } from '../record/patient-lifetime.ts'
import { markAs } from '../runtime/brand.ts'
import { LockedState } from '../session/locked-state.ts'
import { Session } from '../session/session.ts'
import type { Found } from './home.ts'
import { resumeSession } from './life.ts'
import type { SessionLock } from './lock.ts'
import { peekAt } from './peek.ts'
import type { StorageContext } from './storage-options.ts'

export interface SessionLockOptions {
  /**
   * How long a locked session waits at most, in seconds, counted from its idle end: 1 to 34,560,000. Default: until the absolute
   * timeout, which wins in any case.
   */
  timeout?: number | undefined
}

const kinds: OptionKinds<SessionLockOptions> = { timeout: 'number' }

/**
 * For the option `lock` of a storage: a session whose user is logged in does not end with its idle timeout. It is locked, and waits
 * until its user proves with one factor who they are, or until its absolute timeout (NIST SP 800-63B-4 §5.2).
 *
 * A locked session shows no user, no level, no value and no message. A change of it throws a `LoginRequiredError` whose `reason` is
 * `'locked'`. `lockOf(session)` tells that it is locked, and whose it is. After `session.reauthenticate()` it is as it was, under
 * a new id, and its idle time begins anew; its absolute timeout goes on. `login()` works as in any other session, and so does
 * `destroy()`. No request keeps a locked session alive.
 *
 * Sessions of nobody end as without the option. One that was written last by a server without it, ends as that server
 * wrote it.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the option is wrong.
 */
export function createSessionLock(options?: SessionLockOptions): SessionLock {
  const { timeout } = readOptions('createSessionLock()', options, kinds)
  const longest =
    timeout === undefined
      ? Number.POSITIVE_INFINITY
      : seconds('createSessionLock() option timeout', timeout, [1, longestLifetime]) * 1000
  return markAs((ofStorage, form) => {
    const lifetime = new PatientLifetime(ofStorage, longest)
    return {
      lifetime,
      form: lifetime.formOf(form),
      resume(context, found, how) {
        const wait = lifetime.waitOf(found.loaded.record, context.now())
        return wait?.isLocked
          ? resumeLocked(context, found, wait.expiresAt)
          : resumeSession(context, found, how)
      },
      peek: (loaded, { now }) => ({
        ...peekAt(loaded),
        ...lifetime.waitOf(loaded.record, now()),
      }),
    }
  }, 'createSessionLock()')
}

function resumeLocked(
  { codec, form, events, now }: StorageContext,
  { id, loaded, renews }: Found,
  expiresAt: number,
): Session {
  const { record, contents } = loaded
  const { handle, owner: userId, createdAt } = record
  events.emit({ type: 'locked', handle, userId })
  const { secretBytes } = form
  const own = { id, loaded, contents, codec, secretBytes, renews, createdAt, expiresAt }
  return new Session(new LockedState({ ...own, hadCookie: true }, now))
}
