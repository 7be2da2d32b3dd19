import { readFileSync } from 'node:fs'
import { type Flag, type Given, UsageError } from './command.ts'

export const secretFlags: Record<string, Flag> = {
  secret: {
    takes: '<secret>',
    multiple: true,
    says: 'the secret of the cookie. The shell keeps it in its history: prefer SESSION_SECRET or a file',
  },
  'secret-file': {
    takes: '<file>',
    says: 'a file with one secret in each line; - reads them from stdin',
  },
}

/** Secrets from the flags, or else from the environment. */
export function secretsOf(given: Given): string[] {
  const file = given.text('secret-file')
  const found = [...given.texts('secret'), ...(file === undefined ? [] : linesOf(file))]
  const fromEnvironment = process.env['SESSION_SECRET']
  return found.length === 0 && fromEnvironment ? [fromEnvironment] : found
}

/** What is in a file, or comes from stdin. */
export function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function linesOf(file: string): string[] {
  return textOf(file)
    .split(/\r?\n/)
    .filter((line) => line !== '')
}
