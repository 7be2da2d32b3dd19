import { configError, type SessionError } from '../errors.ts'

/** What a framework hands to its handlers, as far as it tells who made it. */
interface Handed {
  headers?: { get?: unknown }
  req?: { raw?: unknown }
  request?: unknown
  socket?: unknown
}

/** The error that says what to pass in place of this, which is no Request of the Fetch API. */
export function notARequest(request: unknown): SessionError {
  const handed = request as Handed | null | undefined
  return configError(`Sessions are served to a Request of the Fetch API. ${insteadOf(handed)}`)
}

function insteadOf(handed: Handed | null | undefined): string {
  if (handed?.req?.raw !== undefined) return 'This is the context of Hono: pass c.req.raw'
  if (handed?.request !== undefined) {
    return 'This is the context of a framework: pass context.request'
  }
  if (handed?.socket !== undefined) {
    return "This is Node's request: createRequestListener() of @remix-run/node-fetch-server makes a Request of it"
  }
  return `This is ${handed === null ? 'null' : `of the type ${typeof handed}`}`
}
