/*
 * What an object has itself. What a program has put on `Object.prototype`, or was tricked into putting there, is no
 * part of what was stored or received: whatever was parsed or came from a driver is read through one of these.
 */

/** Whether it has properties with names: no list is meant. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The same value, fresh from `JSON.parse`: an object that inherits nothing. */
export function ownOnly(parsed: unknown): unknown {
  return isObject(parsed) ? Object.setPrototypeOf(parsed, null) : parsed
}

/** A property of an object that others may hold as well. */
export function own<T extends object, K extends keyof T>(object: T, key: K): T[K] | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
