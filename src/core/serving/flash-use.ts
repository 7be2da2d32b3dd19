import type { FlashUse } from '../session/flash-messages.ts'

/** Destinations that show a page. `empty` is a script's fetch, and the others are parts of a page. */
const pages = new Set(['document', 'iframe', 'frame', 'fencedframe'])

/**
 * How a request uses up flash messages. Browsers tell what a request is for in Sec-Fetch-Dest and
 * Sec-Purpose (Fetch Metadata Request Headers, W3C); without them every request counts as a page.
 *
 * @param header Looks a request header up by its lower-case name.
 */
export function flashUseOf(
  method: string,
  header: (name: string) => string | null | undefined,
): FlashUse {
  if (method === 'HEAD' || method === 'OPTIONS') return 'none'
  const purpose = header('sec-purpose') ?? header('purpose') ?? header('x-moz')
  if (purpose?.toLowerCase().startsWith('prefetch')) return 'none'
  const destination = header('sec-fetch-dest')
  if (!destination || pages.has(destination)) return 'all'
  return destination === 'empty' ? 'read' : 'none'
}
