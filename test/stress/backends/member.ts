import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Issued } from './jar.ts'
import type { Message } from './plan.ts'

const program = fileURLToPath(new URL('./worker.js', import.meta.url))

type Answer = { done: unknown } | { problem: string } | { share: Issued }

/** One process of a crew. */
export class Member {
  readonly #process: ChildProcess
  #settle: { resolve(result: unknown): void; reject(error: Error): void } | undefined
  #isKilled = false

  private constructor(onShare: (from: Member, shared: Issued) => void) {
    this.#process = fork(program)
    this.#process.on('message', (answer: Answer) => {
      if ('share' in answer) return onShare(this, answer.share)
      if ('done' in answer) return this.#settle?.resolve(answer.done)
      this.#settle?.reject(new Error(`in a worker: ${answer.problem}`))
    })
    this.#process.once('exit', (code, signal) => {
      if (this.#isKilled) this.#settle?.resolve(undefined)
      else this.#settle?.reject(new Error(`a worker ended early: ${signal ?? code}`))
    })
  }

  static async start(onShare: (from: Member, shared: Issued) => void): Promise<Member> {
    const member = new Member(onShare)
    await member.#answer()
    return member
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
  }

  get isKilled(): boolean {
    return this.#isKilled
  }

  /** One thing after the other. One that was killed answers with nothing. */
  async ask(message: Message): Promise<unknown> {
    if (this.#isKilled) return undefined
    const answer = this.#answer()
    this.tell(message)
    return answer
  }

  tell(message: Message): void {
    // One that was just killed hears nothing.
    if (this.#process.connected) this.#process.send(message, () => {})
  }

  /** Stops it in the middle of whatever it does, until `resume`. */
  pause(): void {
    this.#process.kill('SIGSTOP')
  }

  resume(): void {
    this.#process.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    if (this.#isKilled) return
    this.#isKilled = true
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }
}
