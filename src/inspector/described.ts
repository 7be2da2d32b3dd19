import type { Data } from '../core/record/wire.ts'

/** The names of what is in a session, and what kinds of values they are. Texts only where they are shown on purpose. */
export interface Described {
  key: string
  /** Such as "text of 12 characters", or the value itself as JSON. */
  text: string
  children: readonly Described[]
}

/** No more of one level than this is listed. */
const mostChildren = 50
const deepest = 6
const longestText = 200

/**
 * @param data Values as they are stored, as JSON.
 * @param isShown Whether values may be seen. If not, there are only kinds and sizes.
 */
export function describe(data: Data, isShown: boolean): Described[] {
  return entriesOf(data).map(([key, value]) => describeOne(key, value, { isShown, depth: 0 }))
}

interface How {
  isShown: boolean
  depth: number
}

function describeOne(key: string, value: unknown, { isShown, depth }: How): Described {
  const entries = depth < deepest ? entriesOf(value).slice(0, mostChildren) : []
  const children = entries.map(([name, child]) =>
    describeOne(name, child, { isShown, depth: depth + 1 }),
  )
  const isParent = children.length > 0
  return { key, text: isShown && !isParent ? asText(value) : kindOf(value), children }
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

/** What a value is, and nothing of what it says. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return counted(value.length, 'item')
  if (typeof value === 'object') return counted(Object.keys(value).length, 'key')
  if (typeof value === 'string') return `text of ${counted(value.length, 'character')}`
  return typeof value
}

/** JSON, cut where it is long. */
export function asText(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text
}

function counted(count: number, word: string): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`
}
