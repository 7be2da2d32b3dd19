import { readFileSync } from 'node:fs'

/** Whether a test file has a hook outside of a suite: it would go on with the tests of all files after this one. */
export function hasHookForAll(file) {
  return /^(before|after)(Each)?\(/m.test(readFileSync(file, 'utf8'))
}
