/** Runs tasks of the same key one after the other, in the order they came. */
export class KeyedQueue {
  readonly #last: Map<string, Promise<void>> = new Map()

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const running = before === undefined ? task() : before.then(task)
    const done = running.then(
      () => {},
      () => {},
    )
    this.#last.set(key, done)
    try {
      return await running
    } finally {
      if (this.#last.get(key) === done) this.#last.delete(key)
    }
  }
}
