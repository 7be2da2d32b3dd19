import { printShort } from './short-form.ts'
import { printWire, type Wire } from './wire.ts'

/** How a storage writes records and ids. Whatever it writes, it reads both forms of a record. */
export interface RecordForm {
  /** Random bytes in the secret of an id. */
  readonly secretBytes: number
  /** Whether nobody else can have written what is read. Then its values are parsed when somebody asks for them. */
  readonly isOurs: boolean
  /** @param data The JSON of the data, where that is known: then `wire` is without. */
  print(wire: Wire, data?: string): string
}

/** For stores: JSON, which every release reads. */
export const storeForm: RecordForm = {
  secretBytes: 32,
  isOurs: false,
  print: printWire,
}

/**
 * For cookies. The seal decides there whose session it is; the secret only makes the id one that nobody can guess, for
 * which ASVS 7.2.3 asks 128 bits.
 */
export const cookieForm: RecordForm = {
  secretBytes: 16,
  isOurs: true,
  print: printShort,
}

/**
 * For what no other release reads and nothing outlives, such as the memory of one process: a record takes 80 characters
 * less.
 */
export const passingForm: RecordForm = {
  secretBytes: 32,
  isOurs: true,
  print: printShort,
}
