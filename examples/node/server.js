import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { session } from 'coatcheck/node'
import { accountPage, homePage } from './pages.js'

const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })
const storage = createMemorySessionStorage()
const withSession = session(cookie, storage)

/** A route gives a page, or nothing: then the visitor goes to the first page. */
const routes = {
  async 'GET /'({ session }) {
    const devices = session.userId === undefined ? [] : await storage.sessionsOf(session.userId)
    return homePage(session, devices)
  },
  'GET /account'({ session }) {
    if (session.userId !== undefined) return accountPage(session)
    session.flash('notice', 'Please log in first')
  },
  'POST /login'({ session, form, agent }) {
    session.login(String(form.get('name')), { label: agent })
    session.flash('notice', `Welcome, ${form.get('name')}`)
  },
  'POST /add'({ session, form }) {
    session.update('cart', (cart = []) => [...cart, String(form.get('item'))])
  },
  async 'POST /end'({ session, form }) {
    await storage.revoke(String(form.get('handle')), { userId: session.userId })
  },
  'POST /logout'({ session }) {
    session.destroy()
  },
}

const server = createServer((request, response) => {
  const route = routes[`${request.method} ${request.url}`]
  if (route === undefined) return response.writeHead(404).end('There is no such page')
  return withSession(request, response, async (session) => {
    const form = new URLSearchParams(await text(request))
    const page = await route({ session, form, agent: request.headers['user-agent'] })
    if (page === undefined) response.writeHead(303, { Location: '/' }).end()
    else response.writeHead(200, { 'Content-Type': 'text/html' }).end(page)
  })
})

server.listen(process.env.PORT ?? 3000)
