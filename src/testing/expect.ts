/*
 * Assertions that run in every runtime: the cases must also run where there is no `node:assert`.
 */

function fail(message: string, note: string | undefined): never {
  throw new Error(note === undefined ? message : `${note}: ${message}`)
}

function show(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : (JSON.stringify(value) ?? String(value))
}

export function equal(actual: unknown, expected: unknown, note?: string): void {
  if (!Object.is(actual, expected)) fail(`expected ${show(expected)}, got ${show(actual)}`, note)
}

export function notEqual(actual: unknown, unexpected: unknown, note?: string): void {
  if (Object.is(actual, unexpected)) fail(`expected anything but ${show(unexpected)}`, note)
}

export function ok(value: unknown, note?: string): asserts value {
  if (!value) fail(`expected something true, got ${show(value)}`, note)
}

/** Compares plain JSON data, whatever the order of object keys. */
export function same(actual: unknown, expected: unknown, note?: string): void {
  if (canonical(actual) !== canonical(expected)) {
    fail(`expected ${show(expected)}, got ${show(actual)}`, note)
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** Expects an error with this code, now or in a promise. */
export async function failsWith(code: string, action: () => unknown): Promise<void> {
  try {
    await action()
  } catch (error) {
    equal((error as { code?: unknown }).code, code, 'error code')
    return
  }
  fail(`expected an error with code ${code}`, undefined)
}
