/*
 * A port for a program that cannot be asked which one it has found. It is below those that the system gives to outgoing
 * connections: of these, a test beside this one may take it before the program listens, or the very request that waits
 * for the program.
 */
const implementation = new URL('../../script/lib/services/ports.mjs', import.meta.url)
const { freePorts } = (await import(implementation.href)) as {
  freePorts: (count: number) => Promise<[number, ...number[]]>
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  return port
}
