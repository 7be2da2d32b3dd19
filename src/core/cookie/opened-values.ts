import type { Opened, Seal } from './seal.ts'

/** Longest text remembered, in characters: sealed session ids fit, whole sessions in cookies do not. */
const longest = 256
/** Most texts remembered; then the oldest goes. */
const most = 1000

/** The same text that does not keep the whole header in memory, which it was cut out of. */
function copyOf(text: string): string {
  return ` ${text}`.slice(1)
}

/**
 * A seal that remembers what it opened lately, because a visitor's requests come in bursts and bring
 * the same cookie. What opens a text is fixed for the life of a seal, and nothing in it expires: a
 * text that was authentic once is so for ever. What was not is never remembered.
 */
export function rememberOpened(seal: Seal): Seal {
  const known = new Map<string, Opened>()

  function remember(text: string, opened: Opened | undefined): Opened | undefined {
    if (opened !== undefined) {
      if (known.size >= most) known.delete(known.keys().next().value!)
      known.set(copyOf(text), opened)
    }
    return opened
  }

  return {
    ...seal,
    open(text) {
      // To look a long text up takes a walk through all of it.
      if (text.length > longest) return seal.open(text)
      const before = known.get(text)
      if (before !== undefined) return before
      const opened = seal.open(text)
      return opened && 'then' in opened
        ? opened.then((late) => remember(text, late))
        : remember(text, opened)
    },
  }
}
