import { cookieHeader } from './payload.mjs'

const usualVisitors = 64

/**
 * Makes sessions of a contestant, 64 if nothing else is said, and the calls that the clock runs: the next visitor's request.
 * Two requests of one visitor go first, to see that the contestant reads and really writes. Where the session is in its
 * cookie and is written, each request brings the cookie that the one before it set, as a browser does.
 */
export async function prepare(contestant, context) {
  const made = await contestant.make(context)
  const { start, request, inspect = same, setCookieOf = ({ setCookie }) => setCookie } = made

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

  const requestOf = (visitor) => request(headers[visitor])
  const isInCookie = context.workload === 'cookie' && context.mode === 'rw'
  const visit = isInCookie ? following(requestOf, keepCookie) : requestOf

  return {
    callsFor: (inFlight) => callsFor(headers.length, inFlight, visit),
    setCookieBytes,
    close: made.close,
  }

  function keepCookie(visitor, outcome) {
    const setCookie = setCookieOf(outcome)
    if (setCookie?.length > 0) headers[visitor] = cookieHeader(setCookie)
  }
}

function same(outcome) {
  return outcome
}

/** Does something after each request, and waits for nothing where the request did not. */
function following(requestOf, act) {
  return (visitor) => {
    const outcome = requestOf(visitor)
    return typeof outcome?.then === 'function'
      ? outcome.then((late) => act(visitor, late))
      : act(visitor, outcome)
  }
}

/**
 * One call for each of the requests that run at a time, with visitors of its own: a visitor's requests must not
 * overlap, or what is measured is how conflicts are solved.
 */
function callsFor(visitors, inFlight, visit) {
  return Array.from({ length: inFlight }, (_, lane) => {
    let turn = lane
    return () => {
      turn += inFlight
      if (turn >= visitors) turn = lane
      return visit(turn)
    }
  })
}
