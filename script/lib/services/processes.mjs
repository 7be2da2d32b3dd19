import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process and all below it. Where there is no /proc: the process. */
export function familyOf(pid) {
  const children = (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))]
}

/** When a process was started, in the kernel's ticks: a pid that is used again has another. */
export function startOf(pid) {
  // The second field, the name, is in brackets and may contain anything.
  return read(`/proc/${pid}/stat`)?.split(') ').at(-1).split(' ')[19]
}

/** Whether a process is running. One that has ended and was not collected yet is not. */
export function isRunning(pid) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
  return read(`/proc/${pid}/stat`)?.split(') ').at(-1)[0] !== 'Z'
}

export function signal(pids, name) {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It has gone already.
    }
  }
}

/** Waits until all of them have ended; after some seconds it makes them. */
export async function ended(pids, seconds = 10) {
  const isOver = () => !pids.some(isRunning)
  if (await until(isOver, seconds)) return
  signal(pids, 'SIGKILL')
  await until(isOver, seconds)
}

/** Asks again and again until the answer is true, or the time is over. Returns the last answer. */
export async function until(check, seconds = 120) {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    if (await check()) return true
    if (performance.now() > deadline) return false
    await sleep(10)
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
