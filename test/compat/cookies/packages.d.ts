// What the tests use of packages that bring no types.
declare module 'cookie-signature' {
  export function sign(value: string, secret: string): string
}

declare module 'express-session' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  namespace session {
    interface SessionData {
      cookie: { originalMaxAge: number | null; expires?: Date | string | null }
      [key: string]: unknown
    }
    class MemoryStore {
      get(id: string, callback: (error: any, session?: SessionData | null) => void): void
      set(id: string, session: SessionData, callback?: (error?: any) => void): void
      destroy(id: string, callback?: (error?: any) => void): void
    }
    interface Options {
      secret: string | string[]
      store?: MemoryStore
      resave: boolean
      saveUninitialized: boolean
      cookie?: { maxAge?: number }
    }
  }
  function session(
    options: session.Options,
  ): (
    request: IncomingMessage & { session?: any },
    response: ServerResponse,
    next: (error?: unknown) => void,
  ) => void
  export = session
}
