import { createCookie } from '../../core/cookie/cookie.ts'
import type { SessionStorage } from '../../core/life-cycle/session-storage.ts'
import type { LiveConnection } from '../../core/live/connection.ts'
import { LiveRegistry } from '../../core/live/live-sessions.ts'
import { type LiveOptions, readLiveOptions } from '../../core/live/options.ts'
import { equal, ok } from '../expect.ts'

const cookie = createCookie('session', { secrets: ['AgAAlYHzRcZ2X3qwKoPkGmUeT9vBjN4s'] })

/** Opens connections with this storage. They look at their session only when they are told to. */
export function opens(storage: SessionStorage, options?: LiveOptions) {
  const settings = readLiveOptions({ pollInterval: 3600, ...options })
  const registry = new LiveRegistry(cookie, storage, settings)
  return async (value: string | null): Promise<LiveConnection | undefined> => {
    const sent = value === null ? '' : (await cookie.serialize(value)).split(';', 1)[0]!
    const headers = new Headers({ cookie: sent })
    return registry.open({ method: 'GET', url: 'https://shop.example/live', headers })
  }
}

export async function endOf(connection: LiveConnection | undefined): Promise<string> {
  ok(connection, 'was not opened')
  equal(await connection.check(), false, 'the connection went on')
  equal(connection.signal.aborted, true)
  return (await connection.ended).reason
}
