/*
 * PostgreSQL refuses U+0000 in a text, and some SQLite drivers end the text there. Records are JSON and have
 * none, but a store must keep every string. U+0001 says that 0 or itself follows.
 */
/* oxlint-disable no-control-regex -- it is about control characters */

/** The same text without U+0000. */
export function escapeNul(text: string): string {
  return text.replace(/[\u0000\u0001]/g, (found) =>
    found === '\u0000' ? '\u00010' : '\u0001\u0001',
  )
}

/** What `escapeNul` was given. */
export function unescapeNul(text: string): string {
  return text.replace(/\u0001(.)/gs, (_, found: string) => (found === '0' ? '\u0000' : found))
}
