/** Tables of 1 KB, read and written and only read, with so many requests at a time. */
export function tablesOf(prefix, ...requestsAtATime) {
  return requestsAtATime.flatMap((inFlight) =>
    ['rw', 'ro'].map((mode) => {
      return { id: `${prefix}-1KB-${mode}-${inFlight}`, size: '1KB', mode, inFlight }
    }),
  )
}
