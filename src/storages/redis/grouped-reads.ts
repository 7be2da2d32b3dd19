import { setImmediate } from 'node:timers'
import type { Send } from './connection.ts'

/*
 * To a driver each command is work of its own, with a promise and a place in its queue, and that takes longer than to
 * read a record. So records that are asked for in one turn of the event loop are read by one MGET.
 */

/** Most keys of one command: nobody has an answer before all are there, and meanwhile the server reads the next ones. */
const mostKeys = 16

interface Asked {
  key: string
  resolve(reply: unknown): void
  reject(error: unknown): void
}

/** @param send For one server, on one connection: on a cluster keys are on several. */
export function groupReads(send: Send): Send {
  let asked: Asked[] = []
  let isRefused = false

  async function askAll(): Promise<void> {
    const group = asked
    asked = []
    const keys = group.map(({ key }) => key)
    let replies: unknown
    try {
      if (keys.length > 1) replies = await send(keys[0]!, 'MGET', ...keys)
    } catch (error) {
      isRefused ||= isRefusal(error)
      if (!isRefused) return group.forEach(({ reject }) => reject(error))
    }
    group.forEach(({ key, resolve }, n) => {
      const reply: unknown = Array.isArray(replies) ? replies[n] : null
      // What is no string is an error for GET, and as good as nothing for MGET.
      resolve(
        typeof reply === 'string' || reply instanceof Uint8Array ? reply : send(key, 'GET', key),
      )
    })
  }

  return (key, ...command) => {
    if (command[0] !== 'GET' || isRefused) return send(key, ...command)
    return new Promise((resolve, reject) => {
      if (asked.length === 0) setImmediate(askAll)
      asked.push({ key, resolve, reject })
      if (asked.length === mostKeys) askAll()
    })
  }
}

/** Its user has no right to do that, the server does not know it, or it is a cluster behind one address. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && /^(NOPERM|ERR|CROSSSLOT)\b/.test(error.message)
}
