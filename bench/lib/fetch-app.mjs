/**
 * For libraries that exist only as middleware over Request and Response. `handler` answers `/start`
 * (fills a session), `/rw` and `/ro`, the latter two with the session's count as the body.
 */
export function fetchApp(handler, mode) {
  const url = `http://localhost/${mode}`
  return {
    async start() {
      const response = await handler(new Request('http://localhost/start'))
      return response.headers.getSetCookie()
    },
    request(cookie) {
      return handler(new Request(url, { headers: { cookie } }))
    },
    setCookieOf: (response) => response.headers.getSetCookie(),
    async inspect(response) {
      return { count: Number(await response.text()), setCookie: response.headers.getSetCookie() }
    },
  }
}
