import type { Send } from './connection.ts'

/** How long the first WAIT may take, in milliseconds; Redis rounds that up to a tenth of a second. */
const firstWait = 10

/**
 * Waits until so many replicas have what was written before on this connection.
 *
 * WAIT stops the connection for all who use it. So it is asked for a short time at first, for longer ones as long as
 * the replicas do not have it, and others get their turn in between.
 *
 * A client may have sent WAIT once more, to another server that has taken over meanwhile and never heard of it: so
 * whoever waits must look afterwards whether it is still as it was written.
 *
 * @param patience How long to wait, in milliseconds.
 * @throws {Error} With the code `NOREPLICAS`, like Redis' own, if they do not have it then.
 */
export async function waitForReplicas(
  send: Send,
  key: string,
  replicas: number,
  patience: number,
): Promise<void> {
  const end = performance.now() + patience
  for (let wait = firstWait; ; wait *= 2) {
    const milliseconds = Math.ceil(Math.min(wait, end - performance.now()))
    // None at all would be for ever.
    const reached = await send(key, 'WAIT', String(replicas), String(Math.max(milliseconds, 1)))
    if (Number(reached) >= replicas) return
    if (performance.now() >= end) {
      throw notReplicated(
        `Redis did it, but only ${String(reached)} of ${replicas} replicas have it`,
      )
    }
  }
}

/** For what is not as it was written. */
export function forgotten(): Error {
  return notReplicated('Redis does not have it any more: another server may have taken over')
}

function notReplicated(message: string): Error {
  return Object.assign(new Error(message), { code: 'NOREPLICAS' })
}
