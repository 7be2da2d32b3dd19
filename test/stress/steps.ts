import fs from 'node:fs'
import process from 'node:process'

/*
 * Shows all that a kill can leave. The process stops itself before each call of the file system, and in the middle of each file
 * that it writes. Whoever started it looks, and sends SIGCONT, or kills it there.
 */

type Call = (...values: unknown[]) => unknown

const { closeSync, openSync, writeSync } = fs

export function stopAtEachStep(): void {
  for (const [calls, ending] of [
    [fs, 'Sync'],
    [fs.promises, ''],
  ] as [Record<string, unknown>, string][]) {
    for (const [name, call] of Object.entries(calls)) {
      if (typeof call === 'function' && name.endsWith(ending)) calls[name] = stopped(call as Call)
    }
  }
  fs.writeFileSync = writeInHalves as typeof fs.writeFileSync
}

function stop(): void {
  process.kill(process.pid, 'SIGSTOP')
}

function stopped(call: Call): Call {
  return (...values) => {
    stop()
    return call(...values)
  }
}

function writeInHalves(
  file: string | number,
  text: string,
  options?: { flag: string; mode: number },
): void {
  stop()
  const bytes = Buffer.from(text)
  const half = Math.ceil(bytes.length / 2)
  const isOpen = typeof file === 'number'
  const descriptor = isOpen ? file : openSync(file, options!.flag, options!.mode)
  try {
    stop()
    writeSync(descriptor, bytes.subarray(0, half))
    stop()
    writeSync(descriptor, bytes.subarray(half))
  } finally {
    if (!isOpen) closeSync(descriptor)
  }
}
