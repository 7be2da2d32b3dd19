import type { Opened, Seal } from './seal.ts'

/*
 * A visitor's requests come in bursts and bring the same cookie, so what was opened lately is remembered. A session that
 * lives in its cookie has a new text after each change, which often comes once and never again: remembering all of those
 * took a seventh of the time of a request. So a text of that length is remembered when it comes for the second time, and
 * until then only a number stands for it.
 */

/** Longest text that is remembered at once, in characters: sealed session ids fit. */
const short = 256
/** Longest text that is remembered at all: with `most`, what bounds the memory. */
const longest = 2048
/** Most texts remembered; then the oldest goes. */
const most = 1000
/** How many of the texts that came once are noted, at most. */
const mostNoted = 1024

/** The same text that does not keep the whole header in memory, which it was cut out of. */
function copyOf(text: string): string {
  return ` ${text}`.slice(1)
}

/** A number for a text. Texts end in what authenticates them, so their ends are as good as random. */
function numberOf(text: string): number {
  let number = 0
  for (let i = text.length - 8; i < text.length; i++) {
    number = (Math.imul(number, 31) + text.charCodeAt(i)) | 0
  }
  return number
}

/** Notes texts that came, and tells whether one was noted before. Two that are taken for one do no harm. */
function createNotes(): (text: string) => boolean {
  const notes = new Int32Array(mostNoted)
  return (text) => {
    const number = numberOf(text)
    const place = number & (mostNoted - 1)
    const wasNoted = notes[place] === number
    notes[place] = number
    return wasNoted
  }
}

/**
 * A seal that remembers what it opened lately. What opens a text is fixed for the life of a seal, and nothing in it
 * expires: a text that was authentic once is so for ever. What was not is never remembered.
 */
export function rememberOpened(seal: Seal): Seal {
  const known = new Map<string, Opened>()
  const cameBefore = createNotes()

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
      if (text.length > longest || (text.length > short && !cameBefore(text))) {
        return seal.open(text)
      }
      const before = known.get(text)
      if (before !== undefined) return before
      const opened = seal.open(text)
      return opened && 'then' in opened
        ? opened.then((late) => remember(text, late))
        : remember(text, opened)
    },
  }
}
