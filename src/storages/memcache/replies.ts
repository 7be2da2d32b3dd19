import { Buffer } from 'node:buffer'
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
  /** Each flag with what belongs to it, such as `c7` for the CAS unique 7. */
  flags: readonly string[]
  data?: string | undefined
}

/** What the line of a reply says. */
type Head = Reply & { readonly length: number | undefined }

const carriageReturn = 0x0d
const newline = 0x0a
/** A line longer than this is no reply: a server that is not memcached, or one gone mad. */
const longestLine = 4096
/** Nor is a block of data longer than this: the store writes less. */
const longestData = 1_048_576
const nothing: Buffer = Buffer.alloc(0)

/** Takes bytes as they come, in pieces of any size, and gives whole replies. */
export class ReplyReader {
  /** What came last, and how much of it was read. */
  #piece = nothing
  #at = 0
  /** A line that began in earlier pieces. */
  #line = ''
  /** A reply whose data is on its way. */
  #head: Head | undefined
  /** Its data, as far as `#filled`, if it does not come in one piece. */
  #block = nothing
  #filled = 0

  /** What was given before must have been read to its end. */
  give(piece: Buffer): void {
    this.#piece = piece
    this.#at = 0
  }

  /** @throws {Error} When this cannot be memcached's protocol: nothing that follows makes sense then. */
  next(): Reply | undefined {
    const head = (this.#head ??= this.#nextLine())
    if (head === undefined) return undefined
    if (head.length !== undefined) head.data = this.#nextBlock(head.length)
    if (head.length !== undefined && head.data === undefined) return undefined
    this.#head = undefined
    return head
  }

  #nextLine(): Head | undefined {
    const end = this.#piece.indexOf(newline, this.#at)
    const stop = end === -1 ? this.#piece.length : end + 1
    const text = this.#line + this.#piece.toString('latin1', this.#at, stop)
    this.#at = stop
    if (end === -1) {
      if (text.length > longestLine) throw backendError('memcached sent no end of line')
      this.#line = text
      return undefined
    }
    this.#line = ''
    if (!text.endsWith('\r\n')) throw backendError('memcached sent a line without an end')
    const line = text.slice(0, -2)
    const [code = '', ...words] = line.split(' ')
    const length = code === 'VA' ? lengthOf(words.shift()) : undefined
    return { code, line, flags: words, length, data: undefined }
  }

  /** Data that came in one piece is read where it is. Otherwise it is copied once, however many pieces there are. */
  #nextBlock(length: number): string | undefined {
    const size = length + 2
    const start = this.#at
    if (this.#filled === 0 && this.#piece.length - start >= size) {
      this.#at += size
      return textOf(this.#piece, start, length)
    }
    const part = this.#piece.subarray(start, start + size - this.#filled)
    if (part.length === 0) return undefined
    if (this.#filled === 0) this.#block = Buffer.allocUnsafe(size)
    this.#block.set(part, this.#filled)
    this.#filled += part.length
    this.#at += part.length
    if (this.#filled < size) return undefined
    const block = this.#block
    this.#block = nothing
    this.#filled = 0
    return textOf(block, 0, length)
  }
}

/** What belongs to the flag of this letter. */
export function flagOf({ flags }: Reply, letter: string): string | undefined {
  return flags.find((flag) => flag.startsWith(letter))?.slice(1)
}

function textOf(bytes: Buffer, start: number, length: number): string {
  const end = start + length
  if (bytes[end] !== carriageReturn || bytes[end + 1] !== newline) {
    throw backendError('memcached sent data of another length')
  }
  return bytes.toString('utf8', start, end)
}

function lengthOf(word = ''): number {
  const length = /^\d+$/.test(word) ? Number(word) : Infinity
  if (length > longestData) throw backendError('memcached sent no length')
  return length
}
