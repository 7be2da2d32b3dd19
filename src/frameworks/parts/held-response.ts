import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { writeHeaders } from '../../core/serving/response.ts'
import type { Visit } from '../../core/serving/visit.ts'
import { NodeResponseHeaders, setHeaders, type NodeResponse } from './node-message.ts'

/*
 * Node has no moment between "the response is made" and "it is on its way": send(), json(), pipe() and the rest end up
 * in writeHead(), write() and end(), which send at once. So these, and flushHeaders(), wait on this one response until
 * the session is saved, and then pass on to what was there before.
 */

export interface Holding {
  visit: Pick<Visit<never>, 'close' | 'fail'>
  /** Asked when the response is made: whether it is an error page, for which what the handler set is forgotten. */
  hasFailed?(): boolean
  /** Gets what saving throws. The response is as new then: nothing was sent, and no header is set. */
  onError(error: unknown): void
}

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[]

/** Holds a response back, from the first call that would send something of it until the session is saved. */
export function holdResponse(response: NodeResponse, { visit, hasFailed, onError }: Holding): void {
  // Of what is used here the two kinds have the same.
  const own = response as ServerResponse
  const { writeHead, write, end, flushHeaders } = own
  const waiting: (() => void)[] = []
  let state: 'open' | 'saving' | 'released' = 'open'
  let mustDrain = false

  function release(): void {
    state = 'released'
    delete (own as { headersSent?: boolean }).headersSent
  }

  async function save(): Promise<void> {
    try {
      const commit = await (hasFailed?.() ? visit.fail() : visit.close())
      release()
      writeHeaders(new NodeResponseHeaders(response), commit)
    } catch (error) {
      release()
      reset(own)
      onError(error)
      return
    }
    for (const call of waiting) call()
    // Whoever was told to wait may go on, unless the real write() has said the same.
    if (mustDrain && !own.writableNeedDrain && !own.writableEnded) own.emit('drain')
  }

  function hold(call?: () => void): void {
    if (call !== undefined) waiting.push(call)
    if (state !== 'open') return
    state = 'saving'
    // Error handlers ask this before they answer a second time.
    Object.defineProperty(own, 'headersSent', { configurable: true, value: true })
    void save()
  }

  own.writeHead = (status: number, ...rest: [(string | Headers)?, Headers?]) => {
    if (state === 'released') return writeHead.call(own, status, ...(rest as []))
    const headers = rest.find((one) => typeof one === 'object')
    own.statusCode = status
    if (typeof rest[0] === 'string') own.statusMessage = rest[0]
    if (headers !== undefined) setHeaders(own, headers as Headers)
    hold()
    return own
  }
  own.write = (...args: unknown[]) => {
    if (state === 'released') return write.apply(own, args as never)
    hold(() => write.apply(own, args as never))
    mustDrain = true
    return false
  }
  own.end = (...args: unknown[]) => {
    if (state === 'released') return end.apply(own, args as never)
    hold(() => end.apply(own, args as never))
    return own
  }
  own.flushHeaders = () => {
    if (state === 'released') return flushHeaders.call(own)
    hold(() => flushHeaders.call(own))
  }
}

/** As it was before the handler, for another page. What the handler still writes must not end the process. */
function reset(response: ServerResponse): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  response.statusCode = 200
  if (response.req.httpVersionMajor < 2) response.statusMessage = ''
  response.on('error', () => {})
}
