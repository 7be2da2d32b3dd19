/** A socket that can be told to keep what is written to it for a moment. */
export interface Corkable {
  cork(): void
  uncork(): void
}

/**
 * Requests at the same time get their answers at the same time, and send their next commands then: these leave in
 * one write. Each command is still one of its own, and nothing waits for more than the turn of the event loop.
 *
 * @returns To be called before a command is written to this socket.
 */
export function createCork(): (socket: Corkable) => void {
  let corked: Corkable | undefined
  return (socket) => {
    if (corked === socket) return
    corked = socket
    socket.cork()
    process.nextTick(() => {
      if (corked === socket) corked = undefined
      socket.uncork()
    })
  }
}
