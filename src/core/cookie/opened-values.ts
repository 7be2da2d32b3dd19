import { andThen } from '../runtime/maybe-promise.ts'
import { copyOf, createRecent } from '../runtime/recent.ts'
import type { Opened, Seal } from './seal.ts'

/*
 * A visitor's requests come in bursts and bring the same cookie, or the one that the request before them set. So what was
 * opened or sealed lately is remembered.
 */

/**
 * A seal that remembers what it opened and sealed lately. What opens a text is fixed for the life of a seal, and nothing in it
 * expires: a text that was authentic once is so for ever. What was not is never remembered.
 */
export function rememberOpened(seal: Seal): Seal {
  // Texts end in what authenticates them, so their ends are as good as random.
  const recent = createRecent<Opened>(-8, copyOf)

  return {
    seal: (value) =>
      andThen(seal.seal(value), (text) => {
        recent.keep(text, { value, current: true }, true)
        return text
      }),
    open(text) {
      const before = recent.find(text)
      if (before !== undefined) return before
      return andThen(seal.open(text), (opened) => {
        if (opened) recent.keep(text, opened)
        return opened
      })
    },
  }
}
