import { cookieHeader } from './payload.mjs'

const usualVisitors = 64

/**
 * Makes sessions of a contestant, 64 if nothing else is said, and the calls that the clock runs: the next visitor's request.
 * Two requests of one visitor go first, to see that the contestant reads and really writes.
 */
export async function prepare(contestant, context) {
  const made = await contestant.make(context)
  const { start, request, inspect = (outcome) => outcome } = made

  const { visitors = usualVisitors } = context
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

  return {
    callsFor: (inFlight) => callsFor(headers, inFlight, request),
    setCookieBytes,
    close: made.close,
  }
}

/**
 * One call for each of the requests that run at a time, with visitors of its own: a visitor's requests must not
 * overlap, or what is measured is how conflicts are solved.
 */
function callsFor(headers, inFlight, request) {
  return Array.from({ length: inFlight }, (_, lane) => {
    let turn = lane
    return () => {
      turn += inFlight
      if (turn >= headers.length) turn = lane
      return request(headers[turn])
    }
  })
}
