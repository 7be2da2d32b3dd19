/**
 * Whether a storage keeps its sessions on the server, and so finds one by its id. Cookie storage that notes ends has
 * `revoke()`, too, but it lists nobody's sessions: what it is given for a cookie's value must be one.
 */
export function isOnServer(storage: object): boolean {
  return 'sessionsOf' in storage
}
