import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Task, TaskName } from './worker.ts'

const program = fileURLToPath(new URL('./worker.js', import.meta.url))

/** A process that is ready to work. */
export class Worker {
  readonly process: ChildProcess
  #result: Promise<any> | undefined

  private constructor(process: ChildProcess) {
    this.process = process
  }

  static async start(): Promise<Worker> {
    const child = fork(program)
    await Promise.race([once(child, 'message'), failure(child)])
    return new Worker(child)
  }

  run(run: TaskName, task: Task): Promise<any> {
    this.#result = Promise.race([
      once(this.process, 'message').then(([message]) => (message as { result: unknown }).result),
      failure(this.process),
    ])
    // Whoever waits for the result hears of its failure; nobody waits for one that is to be killed.
    this.#result.catch(() => {})
    this.process.send({ run, task })
    return this.#result
  }

  stop(): Promise<any> {
    this.process.send({ stop: true })
    return this.#result!
  }

  /** Of one that stops at each step: looks wherever it stops, and kills it the first time that it is to die. */
  async killAtStep(isToDie: () => boolean, look: () => Promise<void>): Promise<void> {
    try {
      for (;;) {
        while (!isStopped(this.process)) await sleep(1)
        await look()
        if (isToDie()) break
        this.process.kill('SIGCONT')
      }
    } finally {
      await this.kill()
    }
  }

  async kill(): Promise<void> {
    const ended = once(this.process, 'exit')
    if (this.process.kill('SIGKILL')) await ended
  }
}

async function failure(child: ChildProcess): Promise<never> {
  const [code, signal] = await once(child, 'exit')
  throw new Error(`the worker ended early: ${signal ?? code}`)
}

/** Says what the system says of it. */
function isStopped({ pid }: ChildProcess): boolean {
  const [, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  if (rest!.startsWith('Z')) throw new Error('the worker ended early')
  return rest!.startsWith('T')
}

export function startWorkers(count: number): Promise<Worker[]> {
  return Promise.all(Array.from({ length: count }, () => Worker.start()))
}
