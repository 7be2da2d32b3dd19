/*
 * What is kept under a record's key: `<name>.<expiresAt>.<listedUntil>.<owner>.<earlier>`, a line break, and
 * the value. One plain string, so that reading is one GET. The line in front is the record's version.
 */

export interface Heading {
  /** 22 random characters, drawn for each write: the same text written again is another version. */
  name: string
  /** In milliseconds since the epoch, by the clock of the one who wrote. */
  expiresAt: number
  /** Until when the key is in its owner's list, in milliseconds since the epoch; 0 if it has none. */
  listedUntil: number
  /** Whose it is: the name of the list, or ''. */
  owner: string
  /** How the names of the last writes before this one begin, the latest first. */
  earlier: string
}

/** Characters of the name, which are bytes as well. It alone tells versions apart. */
export const nameLength = 22
/** Characters of a name that are kept when it has been replaced, and for how many writes. */
export const tagLength = 8
const tagsKept = 3
/** Bytes in which the line in front has its place, whatever is in it. */
export const longestHeading = 120

const heading = /^([\w-]{22})\.([0-9a-z]+)\.([0-9a-z]+)\.([\w-]*)\.([\w-]*)$/

export function formatHeading(parts: Heading): string {
  const { name, expiresAt, listedUntil, owner, earlier } = parts
  return `${name}.${expiresAt.toString(36)}.${listedUntil.toString(36)}.${owner}.${earlier}`
}

/** What a write in the place of this one has for its `earlier`. */
export function earlierFor(before: Heading | undefined): string {
  if (before === undefined) return ''
  return (before.name.slice(0, tagLength) + before.earlier).slice(0, tagLength * tagsKept)
}

/** Whether it was written with this name, or a little later than that. */
export function comesAfter({ name: last, earlier }: Heading, name: string): boolean {
  return last === name || earlier.includes(name.slice(0, tagLength))
}

/** The heading in a version, or undefined when it was not written by us. */
export function parseHeading(version: string): Heading | undefined {
  const [, name, expiresAt, listedUntil, owner, earlier] = heading.exec(version) ?? []
  if (name === undefined) return undefined
  return {
    name,
    expiresAt: Number.parseInt(expiresAt!, 36),
    listedUntil: Number.parseInt(listedUntil!, 36),
    owner: owner!,
    earlier: earlier!,
  }
}

export function together(version: string, value: string): string {
  return `${version}\n${value}`
}

/** What is kept of a record, taken apart. */
export interface Parts {
  version: string
  value: string
  /** Undefined when we did not write it. */
  heading: Heading | undefined
}

/** Takes a text apart. One that we did not write is all value, and its own version. */
export function separate(text: string): Parts {
  const end = text.indexOf('\n')
  const version = text.slice(0, Math.max(end, 0))
  const parsed = parseHeading(version)
  return parsed === undefined
    ? { version: text, value: text, heading: undefined }
    : { version, value: text.slice(end + 1), heading: parsed }
}
