/** The options with which frameworks set a cookie, in the names that most of them use. */
export interface SetCookieOptions {
  path: string
  domain?: string
  maxAge?: number
  expires?: Date
  httpOnly: boolean
  secure: boolean
  sameSite?: 'lax' | 'strict' | 'none'
  partitioned: boolean
}

/**
 * A Set-Cookie line of ours in parts, for frameworks that take no line but a call: what it says has to be what the cookie's own
 * `serialize()` wrote. The value is not decoded.
 */
export function splitSetCookie(line: string): [name: string, value: string, SetCookieOptions] {
  const [pair = '', ...rest] = line.split('; ')
  const said = new Map(rest.map((one) => splitAt(one)))
  const text = (name: string) => said.get(name)?.toLowerCase()
  const [domain, maxAge, expires] = ['Domain', 'Max-Age', 'Expires'].map((one) => said.get(one))
  const [name, value] = splitAt(pair)
  return [
    name,
    value,
    {
      path: said.get('Path') ?? '/',
      httpOnly: said.has('HttpOnly'),
      secure: said.has('Secure'),
      partitioned: said.has('Partitioned'),
      sameSite: text('SameSite') as 'lax',
      ...(domain !== undefined && { domain }),
      ...(maxAge !== undefined && { maxAge: Number(maxAge) }),
      ...(expires !== undefined && { expires: new Date(expires) }),
    },
  ]
}

function splitAt(text: string): [string, string] {
  const index = text.indexOf('=')
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)]
}
