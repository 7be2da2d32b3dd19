import { SessionError } from '../errors.ts'

/**
 * What the visitor wants to do needs another login: of anybody, a more recent one, or a stronger one. Code
 * `ERR_SESSION_LOGIN_REQUIRED`, status 401.
 */
export class LoginRequiredError extends SessionError {
  override readonly name = 'LoginRequiredError'
  /** 401, Unauthorized (RFC 9110 §15.5.2): the same with a login may do it. RFC 9470 answers a step-up with it, too. */
  readonly status = 401
  readonly statusCode = 401
  /**
   * `nobody` is logged in, or their login is `too-old` or `too-weak`, or their session is `locked`, because it was not used for
   * the idle timeout: see `createSessionLock()`; or the client has `changed` by the app's check: see `createSessionCheck()`.
   */
  readonly reason: 'nobody' | 'too-old' | 'too-weak' | 'locked' | 'changed'

  constructor(reason: LoginRequiredError['reason']) {
    super('ERR_SESSION_LOGIN_REQUIRED', `${problems[reason]}: ask for a login`)
    this.reason = reason
  }
}

const problems: Record<LoginRequiredError['reason'], string> = {
  nobody: 'Nobody is logged in',
  'too-old': 'The login is too long ago',
  'too-weak': 'The login is not of the level that this needs',
  locked: 'The session is locked until its user proves who they are',
  changed: 'The check of the session asks for a step-up',
}
