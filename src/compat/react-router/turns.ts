/** Does what is asked of one session object one after the other, in the order it was asked. */
export class Turns {
  readonly #last: WeakMap<object, Promise<unknown>> = new WeakMap()

  run<T>(session: object, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(session) ?? Promise.resolve()
    const running = before.then(task, task)
    this.#last.set(session, running)
    return running
  }
}
