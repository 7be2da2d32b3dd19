import type { D1, D1Statement, DurableObjects } from 'coatcheck/cloudflare-storage'

/* The bindings of a Worker, from outside of it: test/workerd/bindings.ts is the other end. */

async function call(url: string, body: string): Promise<Response> {
  const response = await fetch(url, { method: 'POST', body })
  if (response.headers.has('X-Thrown')) throw new Error(await response.text())
  return response
}

export function remoteD1(url: string): D1 {
  async function execute(sql: string, values: unknown[], method: string): Promise<never> {
    const response = await call(`${url}/d1`, JSON.stringify({ sql, values, method }))
    return (await response.json()) as never
  }
  const statement = (sql: string, values: unknown[]): D1Statement => ({
    bind: (...bound) => statement(sql, bound),
    first: () => execute(sql, values, 'first'),
    all: () => execute(sql, values, 'all'),
    run: () => execute(sql, values, 'run'),
  })
  return { prepare: (sql) => statement(sql, []) }
}

export function remoteObjects(url: string): DurableObjects {
  return {
    idFromName: (name) => name,
    get: (name) => ({
      fetch: (_, { body }) =>
        call(`${url}/objects?name=${encodeURIComponent(name as string)}`, body),
    }),
  }
}
