import { cookieHeader } from './payload.mjs'

/**
 * Makes the sessions of a contestant and the call that the clock runs: the next visitor's request.
 * Two requests of one visitor go first, to see that the contestant reads and really writes.
 */
export async function prepare(contestant, context) {
  const made = await contestant.make(context)
  const { start, request, inspect = (outcome) => outcome } = made
  // So many that one visitor's requests do not overlap: that would measure how conflicts are solved.
  const visitors = Math.max(64, context.inFlight * 4)

  const headers = []
  let setCookieBytes
  for (let i = 0; i < visitors; i++) {
    const setCookie = await start()
    setCookieBytes = [setCookie].flat().join('').length
    headers.push(cookieHeader(setCookie))
  }

  if (contestant.kind !== 'base') {
    const first = await inspect(await request(headers[0]))
    const next = first.setCookie?.length ? cookieHeader(first.setCookie) : headers[0]
    const second = await inspect(await request(next))
    const raised = second.count - first.count
    if (first.count !== context.data.count) throw new Error(`read ${first.count}`)
    if (raised !== (context.mode === 'rw' ? 1 : 0)) throw new Error(`count rose by ${raised}`)
  }

  let turn = 0
  return {
    call() {
      turn = (turn + 1) % visitors
      return request(headers[turn])
    },
    setCookieBytes,
    close: made.close,
  }
}
