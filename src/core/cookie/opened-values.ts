import { createRecent } from '../runtime/recent.ts'
import type { Opened, Seal } from './seal.ts'

/* A visitor's requests come in bursts and bring the same cookie, so what was opened lately is remembered. */

/** The same text that does not keep the whole header in memory, which it was cut out of. */
function copyOf(text: string): string {
  return ` ${text}`.slice(1)
}

/**
 * A seal that remembers what it opened lately. What opens a text is fixed for the life of a seal, and nothing in it
 * expires: a text that was authentic once is so for ever. What was not is never remembered.
 */
export function rememberOpened(seal: Seal): Seal {
  // Texts end in what authenticates them, so their ends are as good as random.
  const recent = createRecent<Opened>(-8, copyOf)

  return {
    ...seal,
    open(text) {
      const before = recent.find(text)
      if (before !== undefined) return before
      const remember = (opened: Opened | undefined): Opened | undefined => {
        if (opened) recent.keep(text, opened)
        return opened
      }
      const opened = seal.open(text)
      return opened && 'then' in opened ? opened.then(remember) : remember(opened)
    },
  }
}
