const site = 'https://shop.example'

/**
 * For libraries that exist only as middleware over Request and Response. `handler` answers `/start`
 * (fills a session), `/rw` and `/ro`, the latter two with the session's count as the body.
 */
export function fetchApp(handler, mode) {
  const url = `${site}/${mode}`
  return {
    async start() {
      const response = await handler(new Request(`${site}/start`))
      return response.headers.getSetCookie()
    },
    request(cookie) {
      return handler(new Request(url, { headers: { cookie: arrived(cookie) } }))
    },
    setCookieOf: (response) => response.headers.getSetCookie(),
    async inspect(response) {
      return { count: Number(await response.text()), setCookie: response.headers.getSetCookie() }
    },
  }
}

/** As the parser of a server gives a header: one text, and not the pieces of the Set-Cookie that it was cut from. */
function arrived(header) {
  return Buffer.from(header, 'latin1').latin1Slice()
}
