import type { Serve } from './visitor.ts'

interface Stored {
  response: Response
  /** The values that the request had for what the response varies by. */
  selecting: [name: string, value: string | null][]
}

/** A shared cache such as a CDN, as RFC 9111 lets it be: it stores Set-Cookie like any other header. */
export class SharedCache {
  readonly #serve: Serve
  readonly #stored = new Map<string, Stored[]>()
  hits = 0

  constructor(serve: Serve) {
    this.#serve = serve
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const key = `${request.method} ${request.url}`
    const variants = this.#stored.get(key) ?? []
    const hit = variants.find(({ selecting }) =>
      selecting.every(([name, value]) => request.headers.get(name) === value),
    )
    if (hit !== undefined) {
      this.hits++
      return hit.response.clone()
    }
    const response = await this.#serve(request)
    if (isStorable(response)) {
      const names = (response.headers.get('Vary') ?? '').split(',').map((name) => name.trim())
      const selecting = names
        .filter((name) => name !== '')
        .map((name): Stored['selecting'][number] => [name, request.headers.get(name)])
      this.#stored.set(key, [...variants, { response: response.clone(), selecting }])
    }
    return response
  }
}

function isStorable({ status, headers }: Response): boolean {
  const control = headers.get('Cache-Control') ?? ''
  const fresh = /\b(max-age|s-maxage)=[1-9]/.test(control)
  const kept = status === 200 && fresh && !/no-store|private|no-cache/.test(control)
  return kept && headers.get('Vary') !== '*'
}
