/*
 * Remembers what a text stands for, in case the text comes again.
 *
 * Many texts come only once, because a session has a new text after each change. A `Map` of all texts, whose oldest entry went each
 * time, took a seventh of a request. So a text is kept when it comes for the second time, or at once where it is expected to come
 * again. Until then only a number is kept that is computed from a few of its characters. Each number has a pair of places. Three
 * texts with the same pair push each other out, so there are many pairs.
 */

/** Most texts that are kept: with the longest of them, what bounds the memory. */
const places = 1024
/** Longest text that is kept, in characters: no cookie is longer. */
const longest = 4096
/** How many characters of a text its number is computed from. */
const looked = 8

/** The same text that does not keep a longer one in memory, which it was cut out of. */
export function copyOf(text: string): string {
  return ` ${text}`.slice(1)
}

/** Remembers what texts stand for. */
interface Recent<T> {
  find(text: string): T | undefined
  /** Call this for a text that was not found. Keeps the text if it came before, or is expected to come again. Returns whether. */
  keep(text: string, meaning: T, isExpected?: boolean): boolean
}

/**
 * @param from The place of the characters by which texts differ. A negative place counts from the end of the text.
 * @param copy Makes the text that is kept.
 */
export function createRecent<T>(
  from: number,
  copy: (text: string) => string = (text) => text,
): Recent<T> {
  const numbers = new Int32Array(places)
  // Each place is there from the start: one that is not would be looked up in prototypes.
  const kept = Array.from<[text: string, meaning: T] | undefined>({ length: places })

  function numberOf(text: string): number {
    const start = from < 0 ? text.length + from : from
    let number = 0
    for (let i = start; i < start + looked; i++) {
      number = (Math.imul(number, 31) + text.charCodeAt(i)) | 0
    }
    return number
  }

  /** The one of the two places where this number is, or else the first. */
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
        // What is in the first place moves to the second, and what was in the second goes.
        numbers[place + 1] = numbers[place]!
        kept[place + 1] = kept[place]
      }
      numbers[place] = number
      kept[place] = isKept ? [copy(text), meaning] : undefined
      return isKept
    },
  }
}
