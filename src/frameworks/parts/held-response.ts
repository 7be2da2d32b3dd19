import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Commit } from '../../core/serving/commit.ts'
import { writeHeaders } from '../../core/serving/response.ts'
import type { Visit } from '../../core/serving/visit.ts'
import { NodeResponseHeaders, setHeaders, type NodeResponse } from './node-message.ts'
import { pretend, stopPretending, takeProperties } from './pretence.ts'

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

/** For adapters that know, before the response leaves, when the handler has ended. */
export interface HeldResponse {
  /** The session is saved: nothing waits any more. What the response must carry is written when it leaves. */
  settle(commit: Commit): void
}

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[]

/** Holds a response back, from the first call that would send something of it until the session is saved. */
export function holdResponse(
  response: NodeResponse,
  { visit, hasFailed, onError }: Holding,
): HeldResponse {
  // Of what is used here the two kinds have the same.
  const own = response as ServerResponse
  takeProperties(own)
  const { writeHead, write, end, flushHeaders } = own
  const waiting: (() => void)[] = []
  let state: 'open' | 'saving' | 'released' = 'open'
  let settled: Commit | undefined
  let mustDrain = false
  let allowHeaders: (() => void) | undefined
  /** The status that the response was made with: a second answer comes too late, and may have set another. */
  let status: number | undefined

  function release(commit?: Commit): void {
    if (state === 'saving') {
      allowHeaders!()
      stopPretending(own)
      if (own.statusCode !== status) own.statusCode = status!
    }
    state = 'released'
    if (commit !== undefined) writeHeaders(new NodeResponseHeaders(response), commit)
  }

  async function save(): Promise<void> {
    let commit: Commit | undefined
    try {
      commit = await (hasFailed?.() ? visit.fail() : visit.close())
      release(commit)
      for (const call of waiting) call()
    } catch (error) {
      // Of a call that Node refuses, such as end(5), nobody else would be told but the process, which ends of that.
      if (commit === undefined) release()
      else if (own.headersSent) return void own.destroy(error as Error)
      reset(own)
      if (commit !== undefined) writeHeaders(new NodeResponseHeaders(response), commit)
      onError(error)
      return
    }
    // Whoever was told to wait may go on, unless the real write() has said the same.
    if (mustDrain && !own.writableNeedDrain && !own.writableEnded) own.emit('drain')
  }

  /** Whether a call must wait; it is made later then. */
  function hold(call?: () => void): boolean {
    if (state === 'open' && settled !== undefined) release(settled)
    if (state === 'released') return false
    if (call !== undefined) waiting.push(call)
    if (state === 'open') {
      state = 'saving'
      status = own.statusCode
      // Error handlers ask this before they answer a second time.
      pretend(own, 'headersSent')
      allowHeaders = refuseHeaders(own)
      void save()
    }
    return true
  }

  own.writeHead = (code: number, ...rest: [(string | Headers)?, Headers?]) => {
    if (state === 'released') return writeHead.call(own, code, ...(rest as []))
    if (status !== undefined && status !== code) refuse('write')
    const headers = rest.find((one) => typeof one === 'object')
    own.statusCode = code
    if (typeof rest[0] === 'string') own.statusMessage = rest[0]
    if (headers !== undefined) setHeaders(own, headers as Headers)
    return hold() ? own : writeHead.call(own, code)
  }
  own.write = (...args: unknown[]) => {
    if (!hold(() => write.apply(own, args as never))) return write.apply(own, args as never)
    mustDrain = true
    return false
  }
  own.end = (...args: unknown[]) => {
    if (!hold(() => end.apply(own, args as never))) return end.apply(own, args as never)
    pretend(own, 'writableEnded')
    return own
  }
  own.flushHeaders = () => {
    if (!hold(() => flushHeaders.call(own))) flushHeaders.call(own)
  }

  return {
    settle(commit) {
      settled = commit
    },
  }
}

/*
 * A second answer would put its headers on the first. Node throws there, for headers that were sent, and these are as good
 * as sent.
 */
function refuseHeaders(response: ServerResponse): () => void {
  const { setHeader, appendHeader, removeHeader } = response
  Object.assign(response, refusals)
  return () => Object.assign(response, { setHeader, appendHeader, removeHeader })
}

const refusals = {
  setHeader: () => refuse('set'),
  appendHeader: () => refuse('append'),
  removeHeader: () => refuse('remove'),
}

function refuse(verb: string): never {
  const message = `Cannot ${verb} headers after they are sent to the client`
  throw Object.assign(new Error(message), { code: 'ERR_HTTP_HEADERS_SENT' })
}

/** As it was before the handler, for another page. What the handler still writes must not end the process. */
function reset(response: ServerResponse): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  response.statusCode = 200
  if (response.req.httpVersionMajor < 2) response.statusMessage = ''
  response.on('error', () => {})
}
