/**
 * Deletes in batches until one finds nothing more, with room between them for everything else that waits: a driver
 * that works synchronously would keep the event loop from timers and sockets for as long as the sweep takes.
 *
 * @param deleteSome Deletes a bounded number, and says how many. What it cannot see, such as rows that only a replica
 * still has, must not count: the sweep would never end.
 * @returns How many were deleted.
 */
export async function deleteInBatches(deleteSome: () => Promise<number>): Promise<number> {
  let deleted = 0
  for (;;) {
    const some = await deleteSome()
    // Not a number, from a driver that does not know, is an end as well.
    if (!(some > 0)) return deleted
    deleted += some
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
}
