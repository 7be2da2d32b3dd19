import { configError } from '../errors.ts'

const contextSyntax = /^[A-Za-z0-9._-]{1,64}$/
const start = /^([A-Za-z0-9._-]{0,64})(?=[{~])/

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless this can stand before a record's text. */
export function checkContext(context: string | undefined): string {
  if (context === undefined) return ''
  if (typeof context !== 'string' || !contextSyntax.test(context)) {
    throw configError('context must be 1 to 64 letters, digits, ".", "_" and "-", such as "admin"')
  }
  return context
}

/**
 * The two parts of what cookie storage hands to its cookie: whose sessions they are, and a record. Its JSON begins with
 * a brace and its short form with a tilde, and no context has one.
 */
export function withoutContext(value: string): { context: string; text: string } {
  if (value.startsWith('~') || value.startsWith('{')) return { context: '', text: value }
  const context = start.exec(value)?.[1] ?? ''
  return { context, text: value.slice(context.length) }
}
