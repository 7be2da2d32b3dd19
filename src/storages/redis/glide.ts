import type { RedisConnection } from './connection.ts'

/** What we call of a client of Valkey GLIDE (`@valkey/valkey-glide`): `GlideClient` or `GlideClusterClient`. */
export interface GlideClient {
  customCommand(command: string[], options?: object): Promise<unknown>
}

export function isGlide(client: object): client is GlideClient {
  return 'customCommand' in client && typeof client.customCommand === 'function'
}

export function connectGlide(client: GlideClient): RedisConnection {
  return {
    // It finds the server by the keys in the command, and WAIT has none.
    send: (key, ...command) =>
      command[0] === 'WAIT'
        ? client.customCommand(command, { route: { type: 'primarySlotKey', key } })
        : client.customCommand(command),
  }
}
