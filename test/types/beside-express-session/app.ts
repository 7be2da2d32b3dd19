// Compiled, never run: an app with both libraries, as on the way from one to the other.
import express from 'express'
import old from 'express-session'
import type { Cookie, SessionStorage } from 'coatcheck'
import { session } from 'coatcheck/express'

export function both(cookie: Cookie, storage: SessionStorage): void {
  const app = express()
  app.use(session(cookie, storage, { property: 'newSession' }))
  app.use(old({ secret: 'a key' }))
  app.get('/', (request, response) => {
    // The types of both.
    request.session.save(() => response.send(request.sessionID))
    request.session.login('ada')
  })
}
