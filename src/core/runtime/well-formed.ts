/** Whether a text has no lone surrogates, which have no UTF-8 of their own: two texts would become one. */
export function isWellFormed(text: string): boolean {
  // Newer than the library that we compile with, older than every runtime that we support.
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}
