import type { MaybePromise } from '../runtime/maybe-promise.ts'

/** Longer than any deadline, in milliseconds: what takes longer, in a store without one, is not waited for. */
const longestWait = 65_000

/** Counts what is under way, so that closing can wait for it. Nothing more is begun after that. */
export class UnderWay<What = void> {
  readonly #refusal: (what: What) => Error
  #count = 0
  #onIdle: (() => void) | undefined
  #closed: Promise<void> | undefined

  /** @param refusal What is thrown once it is closed: by default an error with the code `ERR_STORE_CLOSED`. */
  constructor(refusal: (what: What) => Error = closedError) {
    this.#refusal = refusal
  }

  /** Throws once it is closed. */
  assertOpen(what: What): void {
    if (this.#closed !== undefined) throw this.#refusal(what)
  }

  run<T>(work: () => MaybePromise<T>, what: What): Promise<T> {
    return this.counted(work, what)()
  }

  /** The same work, which counts each time. */
  counted<Given extends unknown[], T>(
    work: (...given: Given) => MaybePromise<T>,
    what: What,
  ): (...given: Given) => Promise<T> {
    return async (...given) => {
      this.begin(what)
      try {
        return await work(...given)
      } finally {
        this.end()
      }
    }
  }

  /** For who makes no promise of its own for it. Throws once it is closed; whatever was begun must be ended. */
  begin(what: What): void {
    this.assertOpen(what)
    this.#count++
  }

  end(): void {
    if (--this.#count === 0) this.#onIdle?.()
  }

  /** Resolves when all has ended that is under way, and then what holds it has been let go. Idempotent. */
  close(letGo: () => unknown): Promise<void> {
    return (this.#closed ??= this.#drain(letGo))
  }

  async #drain(letGo: () => unknown): Promise<void> {
    if (this.#count > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, longestWait)
        this.#onIdle = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    await letGo()
  }
}

export function closedError(): Error {
  return Object.assign(new Error('It was closed: nothing can be asked for after close()'), {
    code: 'ERR_STORE_CLOSED',
  })
}
