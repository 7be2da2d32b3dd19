import { Unread, UnreadValues } from './unread-values.ts'

/*
 * Finds the values in the JSON of an object without parsing them. Only for JSON that we have printed and nobody else can have
 * changed: what is wrong in a value would show no earlier than when it is parsed.
 */

/** The values of the object that begins there, and the place after it. Undefined if it has to be parsed. */
export function readLater(
  text: string,
  start: number,
): { values: UnreadValues; end: number } | undefined {
  const values = new UnreadValues()
  let at = start
  do {
    const colon = endOfText(text, at + 1) + 1
    const key = text.slice(at + 2, colon - 1)
    const end = endOfValue(text, colon + 1)
    // An empty object, a key that is not written as it is, or a text with many quotes.
    if (text[colon] !== ':' || end === -1 || key.includes('\\')) return undefined
    values.set(key, new Unread(text.slice(at + 1, end)))
    at = end
  } while (text[at] === ',')
  return { values, end: at + 1 }
}

/** The place after the value that begins there: of a comma or a closing bracket. -1 if it was not found. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22) {
      i = endOfText(text, i)
      if (i === -1) return -1
    } else if (code === 0x7b || code === 0x5b) {
      depth++
    } else if (code === 0x7d || code === 0x5d) {
      if (depth-- === 0) return i
    } else if (code === 0x2c && depth === 0) {
      return i
    }
  }
  return -1
}

/**
 * The place of the second quote of a text, whose first is there. -1 if there is none, or if many quotes are in the text: to look
 * for its end would take longer than to parse it.
 */
function endOfText(text: string, start: number): number {
  let end = start
  for (let i = 0; i < 32; i++) {
    end = text.indexOf('"', end + 1)
    let from = end
    while (text[from - 1] === '\\') from--
    if ((end - from) % 2 === 0) return end
  }
  return -1
}
