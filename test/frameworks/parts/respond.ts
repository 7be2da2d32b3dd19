import type { Reply } from 'coatcheck/testing'
import { textStream } from './text-stream.ts'

/** What a handler of a case answers, as a `Response`. */
export function respond(reply: Reply): Response {
  if ('redirect' in reply) {
    return new Response(null, { status: 303, headers: { Location: reply.redirect } })
  }
  if ('json' in reply) return Response.json(reply.json)
  if ('stream' in reply) return new Response(textStream(reply.stream))
  if ('empty' in reply) return new Response(null, { status: reply.empty })
  const { text, status = 200, headers = [] } = reply
  return new Response(text, { status, headers: headers as [string, string][] })
}
