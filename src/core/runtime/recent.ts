/*
 * What texts stand for that come again. Many come once, because a session has a new text after each change: a `Map` of all of
 * them, whose oldest entry went each time, took a seventh of a request. So a text is kept when it, or one that looks like it, comes
 * for the second time, or at once where it is expected. Until then a number stands for it. There are many places, in pairs, because
 * three texts that have the same pair push each other out.
 */

/** Most texts that are kept: with the longest of them, what bounds the memory. */
const places = 1024
/** Longest text that is kept, in characters: no cookie is longer. */
const longest = 4096
/** How many characters of a text say where its place is. */
const looked = 8

/** Remembers what texts stand for. */
interface Recent<T> {
  find(text: string): T | undefined
  /** Keeps what a text stands for that was not found, if it comes again or is expected to. Returns whether it is kept. */
  keep(text: string, meaning: T, isExpected?: boolean): boolean
}

/**
 * @param from Where in a text the characters begin that tell it from others. Less than 0: counted from its end.
 * @param copyOf The text as it is kept.
 */
export function createRecent<T>(
  from: number,
  copyOf: (text: string) => string = (text) => text,
): Recent<T> {
  const numbers = new Int32Array(places)
  const kept: ([text: string, meaning: T] | undefined)[] = []

  function numberOf(text: string): number {
    const start = from < 0 ? text.length + from : from
    let number = 0
    for (let i = start; i < start + looked; i++) {
      number = (Math.imul(number, 31) + text.charCodeAt(i)) | 0
    }
    return number
  }

  /** Where a text is or was seen: of its pair of places one, or else the first. */
  function placeOf(number: number): number {
    const first = (number & (places / 2 - 1)) * 2
    return numbers[first + 1] === number ? first + 1 : first
  }

  return {
    find(text) {
      const number = numberOf(text)
      const place = placeOf(number)
      const found = kept[place]
      // Only who knows the number learns by the time how much of the text was right.
      return numbers[place] === number && found?.[0] === text ? found[1] : undefined
    },

    keep(text, meaning, isExpected = false) {
      const number = numberOf(text)
      const place = placeOf(number)
      const isKnown = numbers[place] === number
      const isKept = (isKnown || isExpected) && text.length <= longest
      if (!isKnown) {
        // The one that came before it moves over, and the one before that goes.
        numbers[place + 1] = numbers[place]!
        kept[place + 1] = kept[place]
      }
      numbers[place] = number
      kept[place] = isKept ? [copyOf(text), meaning] : undefined
      return isKept
    },
  }
}
