/** A session as it is between two requests. */
export interface StoredSession<Value> {
  /** Under which keys the request before left flash messages. */
  flashedKeys: Set<string>
  /** Everything that can be read, flash messages too. */
  content: Map<string, Value>
}

type FromHeaderResult<Value, Metadata> = [Metadata] extends [undefined]
  ? [session: StoredSession<Value>] | [session: StoredSession<Value>, metadata: Metadata]
  : [session: StoredSession<Value>, metadata: Metadata]

/**
 * Where sessions are kept. One of your own has these two functions; `withEncryptedCookies` spares it
 * the cookie.
 *
 * @typeParam Value What can be kept.
 * @typeParam Metadata What `toHeader` has to know from `fromHeader`, such as an id. Default nothing.
 */
export interface SessionStorage<Value, Metadata = undefined> {
  /**
   * The session that a request's header stands for, or an empty one.
   *
   * @param header Undefined if the request has no such header.
   */
  fromHeader(header?: string): Promise<FromHeaderResult<Value, Metadata>>
  /** Keeps the session, and makes the Set-Cookie header to send. */
  toHeader(session: StoredSession<Value>, metadata: Metadata): Promise<string>
}

/** A visitor's session during one request. Nothing is kept before `commit()`. */
export interface SessionStore<Value> {
  /** The value or flash message under this key. */
  get(key: string): Value | undefined
  /** Whether there is a value or flash message under this key. */
  has(key: string): boolean
  /**
   * Keeps a value: for good, unless the request before, or this one, flashed something under the same
   * key. Then it goes when that message goes.
   */
  set(key: string, value: Value): void
  /** Keeps a value for this request and the next one; `commit()` in the next one removes it. */
  flash(key: string, value: Value): void
  /** Removes what is under this key. */
  unset(key: string): void
  /**
   * Keeps the session, without the flash messages of the request before.
   *
   * @returns The Set-Cookie header to send. It renews the cookie even if nothing was changed.
   * @throws {StoreError} `ERR_SESSION_STORE` if the storage failed.
   * @throws {SessionValueError} `ERR_SESSION_VALUE` for a value that JSON would lose.
   * @throws {CookieSizeError} `ERR_SESSION_COOKIE_SIZE` if the cookie is over 4,096 bytes.
   */
  commit(): Promise<string>
}

/**
 * The session in a header, where there is no request.
 *
 * @throws {StoreError} `ERR_SESSION_STORE` if the storage failed: never an empty session then.
 */
export async function intoSessionStore<Value, Metadata>(
  storage: SessionStorage<Value, Metadata>,
  header?: string,
): Promise<SessionStore<Value>> {
  // Worked on as it is: a storage may keep the very map that it hands out.
  const [{ content, flashedKeys }, metadata] = await storage.fromHeader(header)
  const flashed = new Set<string>()
  return {
    get: (key) => content.get(key),
    has: (key) => content.has(key),
    set(key, value) {
      content.set(key, value)
    },
    flash(key, value) {
      content.set(key, value)
      flashed.add(key)
    },
    unset(key) {
      content.delete(key)
    },
    async commit() {
      const lasting = new Map(content)
      for (const key of flashedKeys) lasting.delete(key)
      const session = { flashedKeys: new Set(flashed), content: lasting }
      return storage.toHeader(session, metadata as Metadata)
    },
  }
}
