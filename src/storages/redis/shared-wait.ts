/**
 * Asks only when the last question was answered; who comes meanwhile shares the next one.
 *
 * WAIT stops a connection for all who use it, and one that is sent later also speaks of all that was sent before it.
 */
export function shareWait(ask: (args: string[]) => Promise<unknown>): typeof ask {
  let asked: Promise<unknown> | undefined
  let next: Promise<unknown> | undefined

  function begin(args: string[]): Promise<unknown> {
    next = undefined
    const answer = ask(args)
    asked = answer
    const end = (): void => {
      if (asked === answer) asked = undefined
    }
    answer.then(end, end)
    return answer
  }

  return (args) => {
    if (asked === undefined) return begin(args)
    if (next === undefined) {
      // A connection that has gone has taken with it what they wrote: one that is made anew could not vouch for it.
      const shared = asked.then(() => begin(args))
      next = shared
      shared.catch(() => {
        if (next === shared) next = undefined
      })
    }
    return next
  }
}
