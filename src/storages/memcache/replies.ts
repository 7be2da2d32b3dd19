/*
 * memcached's meta protocol (memcached 1.6, doc/protocol.txt). A reply is a line, and after VA a block of
 * data:
 *
 *   VA <length> <flags>*\r\n<data>\r\n     HD <flags>*     EN (miss)     NS, EX, NF (not done)
 *
 * We ask each command to repeat its opaque token (flag O), so that a reply that belongs to another command
 * is recognised.
 */

/** One reply. */
export interface Reply {
  code: string
  /** The whole line. */
  line: string
  /** The flags by their letter, such as `c` for the CAS unique. */
  flags: ReadonlyMap<string, string>
  data: Uint8Array | undefined
}

const carriageReturn = 0x0d
const newline = 0x0a
/** A line longer than this is no reply: a server that is not memcached, or one gone mad. */
const longestLine = 4096
const decoder = new TextDecoder()

/** Takes bytes as they come, in pieces of any size, and gives whole replies. */
export class ReplyReader {
  #left: Uint8Array = new Uint8Array(0)

  #next(): Reply | undefined {
    const bytes = this.#left
    const end = bytes.indexOf(newline)
    if (end === -1) {
      if (bytes.length > longestLine) throw new Error('memcached sent no end of line')
      return undefined
    }
    if (bytes[end - 1] !== carriageReturn) throw new Error('memcached sent a line without an end')
    const line = decoder.decode(bytes.subarray(0, end - 1))
    const [code = '', ...words] = line.split(' ')
    if (code !== 'VA') {
      this.#left = bytes.subarray(end + 1)
      return { code, line, flags: flagsOf(words), data: undefined }
    }
    const [length, ...flags] = words
    const size = Number(length)
    if (!Number.isSafeInteger(size) || size < 0) throw new Error('memcached sent no length')
    const start = end + 1
    if (bytes.length < start + size + 2) return undefined
    if (bytes[start + size] !== carriageReturn || bytes[start + size + 1] !== newline) {
      throw new Error('memcached sent data of another length')
    }
    this.#left = bytes.subarray(start + size + 2)
    return { code, line, flags: flagsOf(flags), data: bytes.slice(start, start + size) }
  }

  /** @throws {Error} When this cannot be memcached's protocol: nothing that follows makes sense then. */
  *read(chunk: Uint8Array): Generator<Reply> {
    this.#left = joined(this.#left, chunk)
    for (;;) {
      const reply = this.#next()
      if (reply === undefined) return
      yield reply
    }
  }
}

function flagsOf(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(words.map((word) => [word.slice(0, 1), word.slice(1)]))
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0) return right
  const both = new Uint8Array(left.length + right.length)
  both.set(left)
  both.set(right, left.length)
  return both
}
