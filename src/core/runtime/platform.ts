/*
 * The only place in core that looks at the runtime: everything else is plain web standards.
 * Nothing is imported, so no bundler and no edge runtime trips over it.
 */

interface Host {
  process?: {
    env?: Record<string, string | undefined>
    getBuiltinModule?(id: string): unknown
  }
  console?: { warn(message: string): void }
  setImmediate?(callback: () => void): unknown
  navigator?: { userAgent?: string }
}

const host = globalThis as unknown as Host

/** A module built into the runtime, or undefined where there is none of that name. */
export function builtinModule(id: string): unknown {
  try {
    return host.process?.getBuiltinModule?.(id)
  } catch {
    return undefined
  }
}

interface V8 {
  readonly startupSnapshot?: { isBuildingSnapshot?(): boolean }
}

let v8: V8 | undefined | null = null

/**
 * Whether what this process has in its memory is to be written into a startup snapshot (`node --build-snapshot`), out of
 * which any number of processes will start: what is random now would be the same in all of them.
 */
export function isBuildingSnapshot(): boolean {
  if (v8 === null) v8 = builtinModule('node:v8') as V8 | undefined
  return v8?.startupSnapshot?.isBuildingSnapshot?.() ?? false
}

/** Makes something once for each process, also for those that start from a startup snapshot. */
export function oncePerProcess<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    if (made !== undefined) return made.value
    const value = make()
    if (!isBuildingSnapshot()) made = { value }
    return value
  }
}

/** As it is at the beginning: tests may put another one in its place later, which calls nothing back by itself. */
const { setImmediate } = host

/** Calls back when what has arrived from the network by now has been read, as far as the runtime can tell. */
export function afterArrivals(callback: () => void): void {
  if (setImmediate === undefined) setTimeout(callback)
  else setImmediate(callback)
}

/**
 * Whether one request must not wait for what another one has asked for: Cloudflare Workers, and whoever is called so. The
 * earlier ones and what is built on them, such as Vercel Edge, do not say who they are, but have no `setImmediate` either.
 */
export function keepsRequestsApart(): boolean {
  return setImmediate === undefined || host.navigator?.userAgent === 'Cloudflare-Workers'
}

/** Whether a text sent as a response loses its Content-Type once its `body` is looked at: Bun. */
export const bodyForgetsType: boolean = 'Bun' in globalThis

/**
 * Whether this runs in production: `NODE_ENV` is `production`, or cannot be read at all. What cannot
 * be told is taken for production, because there the strict rules hold.
 */
export function isProduction(): boolean {
  try {
    const env = host.process?.env
    return env === undefined || env['NODE_ENV'] === 'production'
  } catch {
    return true
  }
}

const warned = new Set<string>()

/** Prints a warning for developers, each text once in a process. */
export function warnOnce(message: string): void {
  if (warned.has(message)) return
  warned.add(message)
  warn(message)
}

/** Prints a warning each time. */
export function warn(message: string): void {
  host.console?.warn(`coatcheck: ${message}`)
}
