import { backendError } from '../parts/backend-error.ts'

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
  /** Perhaps a part of the piece that it came in: not to be kept. */
  data: Uint8Array | undefined
}

/** What the line of a reply says. */
type Head = Omit<Reply, 'data'> & { length: number | undefined }

const carriageReturn = 0x0d
const newline = 0x0a
/** A line longer than this is no reply: a server that is not memcached, or one gone mad. */
const longestLine = 4096
/** Nor is a block of data longer than this: the store writes less. */
const longestData = 1_048_576
const nothing: Uint8Array = new Uint8Array(0)
const decoder = new TextDecoder()

/** Takes bytes as they come, in pieces of any size, and gives whole replies. */
export class ReplyReader {
  /** What came last and was not read yet. */
  #piece = nothing
  /** A line that began in earlier pieces. */
  #line = nothing
  /** A reply whose data is on its way. */
  #head: Head | undefined
  /** Its data, as far as `#filled`. */
  #block = nothing
  #filled = 0

  #next(): Reply | undefined {
    const head = (this.#head ??= this.#nextLine())
    if (head === undefined) return undefined
    const data = head.length === undefined ? undefined : this.#nextBlock(head.length)
    if (head.length !== undefined && data === undefined) return undefined
    this.#head = undefined
    return { code: head.code, line: head.line, flags: head.flags, data }
  }

  #nextLine(): Head | undefined {
    const end = this.#piece.indexOf(newline)
    const bytes = joined(this.#line, this.#take(end === -1 ? this.#piece.length : end + 1))
    if (end === -1) {
      if (bytes.length > longestLine) throw backendError('memcached sent no end of line')
      this.#line = bytes
      return undefined
    }
    this.#line = nothing
    if (bytes.at(-2) !== carriageReturn) throw backendError('memcached sent a line without an end')
    const line = decoder.decode(bytes.subarray(0, -2))
    const [code = '', ...words] = line.split(' ')
    const length = code === 'VA' ? lengthOf(words.shift()) : undefined
    return { code, line, flags: flagsOf(words), length }
  }

  /** Data that came in one piece stays where it is. Otherwise it is copied once, however many there are. */
  #nextBlock(length: number): Uint8Array | undefined {
    const size = length + 2
    let block = this.#block
    if (block.length === 0 && this.#piece.length >= size) {
      block = this.#take(size)
    } else {
      if (block.length === 0) block = this.#block = new Uint8Array(size)
      const part = this.#take(size - this.#filled)
      block.set(part, this.#filled)
      this.#filled += part.length
      if (this.#filled < size) return undefined
      this.#block = nothing
      this.#filled = 0
    }
    if (block[length] !== carriageReturn || block[length + 1] !== newline) {
      throw backendError('memcached sent data of another length')
    }
    return block.subarray(0, length)
  }

  /** So many bytes, or what there is. */
  #take(length: number): Uint8Array {
    const taken = this.#piece.subarray(0, length)
    this.#piece = this.#piece.subarray(length)
    return taken
  }

  /** @throws {Error} When this cannot be memcached's protocol: nothing that follows makes sense then. */
  *read(piece: Uint8Array): Generator<Reply> {
    this.#piece = piece
    for (;;) {
      const reply = this.#next()
      if (reply === undefined) return
      yield reply
    }
  }
}

function lengthOf(word = ''): number {
  const length = /^\d+$/.test(word) ? Number(word) : Infinity
  if (length > longestData) throw backendError('memcached sent no length')
  return length
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
