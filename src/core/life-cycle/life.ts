import type { ImportedSession } from '../cookie/importers.ts'
import { SessionState } from '../session/session-state.ts'
import { Session } from '../session/session.ts'
import { takeChosenId } from '../session/own-state.ts'
import { stateOf } from '../session/state-of.ts'
import { importSession, startSession, type ReadOptions } from './begin.ts'
import { peekAt, type SessionPeek } from './peek.ts'
import { claimsOf, type Found, importedLogin, type Home } from './home.ts'
import type { Locking } from './lock.ts'
import type { MaybePromise } from '../runtime/maybe-promise.ts'
import type { SessionWriter } from './save.ts'
import type { StorageContext } from './storage-options.ts'

/** The life of a session, wherever its record is: from a cookie value, and to the next one. */
export class SessionLife {
  readonly #context: StorageContext
  readonly #home: Home
  readonly #writer: SessionWriter

  constructor(context: StorageContext, home: Home, writer: SessionWriter) {
    this.#context = context
    this.#home = home
    this.#writer = writer
  }

  async read(value: string | null, options?: ReadOptions): Promise<Session> {
    if (options?.imported !== undefined) return this.#readImported(options.imported, options)
    if (!value) return startSession(this.#context, { hadCookie: false })
    const finding = this.#home.find(value, options?.isOneOfSeveral !== true)
    const found = finding && 'then' in finding ? await finding : finding
    if (found !== undefined && 'loaded' in found) {
      const { resume = resumeSession } = this.#context
      return resume(this.#context, found, options)
    }
    return startSession(this.#context, { hadCookie: true, ...found })
  }

  /** What is known of the session behind a cookie value, if it is alive. It is not used by that. */
  async peek(value: string | null): Promise<SessionPeek | undefined> {
    const found = value ? await this.#home.find(value) : undefined
    const context = this.#context
    const peek: Locking['peek'] = context.peek ?? peekAt
    return found !== undefined && 'loaded' in found ? peek(found.loaded, context) : undefined
  }

  async #readImported(imported: ImportedSession, options: ReadOptions): Promise<Session> {
    const state = await importSession(this.#context, imported, options)
    const login = importedLogin(state)
    const isEnded =
      (await this.#home.isRevoked?.(claimsOf(state)!)) ||
      (login !== undefined && (await this.#home.refusalOf?.(login, state.handle)))
    if (isEnded) {
      this.#context.events.emit({ type: 'revoked', handle: state.handle, userId: state.userId })
      return startSession(this.#context, { hadCookie: true })
    }
    if (!(await this.#home.isFull?.(state))) return new Session(state)
    // Another request with the same cookie may have taken the last seat: no new session may come in its place.
    return startSession(this.#context, { hadCookie: true, retiredFrom: state.handle })
  }

  save(session: Session): MaybePromise<string | null> {
    const state = stateOf(session)
    // Ids are ours. (Sessions of the older APIs have a class of their own, which sees to that.)
    const isPlain =
      state.loaded === undefined && Object.getPrototypeOf(session) === Session.prototype
    if (isPlain && takeChosenId(state)) state.startAnew()
    return state.saveWith(this.#writer)
  }
}

/** The session of this record, as the owner of this id sees it. */
export function resumeSession(
  context: StorageContext,
  { id, loaded, renews }: Found,
  options: ReadOptions | undefined,
): Session {
  const { codec, form, events, now } = context
  const { record, contents } = loaded
  if (events.watched) events.emit({ type: 'loaded', handle: record.handle, userId: record.owner })
  return new Session(
    new SessionState(
      {
        id,
        loaded,
        contents,
        codec,
        secretBytes: form.secretBytes,
        flashUse: contents.flash.size > 0 ? options?.flashUse?.() : 'all',
        hadCookie: true,
        isUse: options?.touch,
        createdAt: record.createdAt,
        expiresAt: loaded.expiresAt,
        renews,
      },
      now,
    ),
  )
}
