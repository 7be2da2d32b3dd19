import type { D1, DurableObjects } from 'coatcheck/cloudflare-storage'

export { SessionDurableObject } from 'coatcheck/cloudflare-storage'

/*
 * A Worker that lends its bindings to processes outside of workerd, one call a request:
 * test/stress/backends/bindings.ts is the other end.
 */

interface Env {
  DB: D1
  SESSIONS: DurableObjects
  /** Of the process that started this. */
  PID: number
}

export interface D1Call {
  sql: string
  values: (string | number | null)[]
  method: 'first' | 'all' | 'run'
}

async function answer(request: Request, { DB, SESSIONS, PID }: Env): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === '/d1') {
    const { sql, values, method } = (await request.json()) as D1Call
    const statement = DB.prepare(sql).bind(...values)
    return Response.json(await statement[method]())
  }
  if (pathname === '/objects') {
    const stub = SESSIONS.get(SESSIONS.idFromName(searchParams.get('name')!))
    const response = await stub.fetch('http://object.example/', {
      method: 'POST',
      body: await request.text(),
    })
    return new Response(JSON.stringify(await response.json()), { status: response.status })
  }
  return Response.json(PID)
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      return await answer(request, env)
    } catch (error) {
      // Not what the binding answered: there it throws, too.
      return new Response(String(error), { status: 500, headers: { 'X-Thrown': '1' } })
    }
  },
}
