/* oxlint-disable typescript/no-explicit-any -- so are the callbacks and sessions of that API, which apps have typed for themselves */
import type { Cookie } from './cookie.ts'

export type Done = ((error?: any) => void) | undefined

/** A request, as far as its session goes. */
export interface SessionRequest {
  sessionID?: unknown
  session?: unknown
  sessionStore?: unknown
}

/** What the methods of a session do, where a response waits for it. */
export interface Course {
  save(session: object, done: Done): void
  reload(done: Done): void
  regenerate(done: Done): void
  destroy(session: object, done: Done): void
  /** Begins an empty session under a new id, at once. */
  generate(): void
}

/** What they do where there is only a store. */
interface Shelf {
  set(id: unknown, session: object, done: (error?: any) => void): unknown
  get(id: unknown, done: (error?: any, session?: any) => void): unknown
  destroy(id: unknown, done: Done): unknown
  regenerate(request: SessionRequest, done: Done): unknown
  createSession(request: SessionRequest, session: object): unknown
}

/** The sessions that are being served, by their requests. */
export const courses: WeakMap<object, Course> = new WeakMap()

const noted: WeakMap<object, { request: SessionRequest; id: () => unknown }> = new WeakMap()

/** `req.session`: its own enumerable properties are the data, and `cookie`. */
export class Session {
  declare cookie: Cookie

  /** @param data What it holds. Names that the session has itself are left out. */
  constructor(request: SessionRequest, data?: object | null) {
    let known: { id: unknown } | undefined
    const id = () => (known ??= { id: request.sessionID }).id
    noted.set(this, { request, id })
    Object.defineProperty(this, 'req', { value: request })
    if (typeof data !== 'object' || data === null) return
    for (const [key, value] of Object.entries(data)) {
      if (!(key in this)) (this as Record<string, unknown>)[key] = value
    }
  }

  /** The session's id. It changes at `regenerate()`, and half of it is the visitor's secret. */
  get id(): string {
    return noted.get(this)?.id() as string
  }

  /** Lets the cookie live for its full `maxAge` again. The middleware does that by itself. */
  touch(): this {
    return this.resetMaxAge()
  }

  resetMaxAge(): this {
    this.cookie.maxAge = this.cookie.originalMaxAge
    return this
  }

  /**
   * Saves now. The middleware does that by itself, before the response leaves.
   *
   * @param done Gets the error, if it failed. Without it, saving is tried again with the response.
   */
  save(done?: (error: any) => void): this {
    const { request, course, shelf } = whereabouts(this)
    if (course !== undefined) course.save(this, done)
    else shelf(request).set(this.id, this, done ?? (() => {}))
    return this
  }

  /** Reads the session again: `req.session` is a new object then, without what was changed and not saved. */
  reload(done: (error: any) => void): this {
    const { request, course, shelf } = whereabouts(this)
    if (course !== undefined) {
      course.reload(done)
      return this
    }
    const store = shelf(request)
    store.get(this.id, (error, found) => {
      if (error) return done(error)
      if (!found) return done(notLoaded())
      store.createSession(request, found)
      done(undefined)
    })
    return this
  }

  /** Ends the session for good, and takes it off the request. */
  destroy(done?: (error: any) => void): this {
    const { request, course, shelf } = whereabouts(this)
    if (course !== undefined) {
      course.destroy(this, done)
      return this
    }
    delete request.session
    shelf(request).destroy(this.id, done)
    return this
  }

  /** Begins an empty session under a new id, at `req.session`. The old id is worth nothing any more. */
  regenerate(done: (error: any) => void): this {
    const { request, course, shelf } = whereabouts(this)
    if (course !== undefined) course.regenerate(done)
    else shelf(request).regenerate(request, done)
    return this
  }
}

/** Apps compare the message. */
export function notLoaded(): Error {
  return new Error('failed to load session')
}

function whereabouts(session: Session): {
  request: SessionRequest
  course: Course | undefined
  shelf: (request: SessionRequest) => Shelf
} {
  const { request } = noted.get(session)!
  return {
    request,
    course: courses.get(request),
    shelf: ({ sessionStore }) => sessionStore as Shelf,
  }
}
