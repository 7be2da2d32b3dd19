import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { accountPage, homePage } from './pages.js'

const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })
const storage = createMemorySessionStorage()

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
  async 'POST /login'({ session, request }) {
    const name = await field(request, 'name')
    session.login(name, { label: request.headers.get('user-agent') ?? undefined })
    session.flash('notice', `Welcome, ${name}`)
  },
  async 'POST /add'({ session, request }) {
    const item = await field(request, 'item')
    session.update('cart', (cart = []) => [...cart, item])
  },
  async 'POST /end'({ session, request }) {
    await storage.revoke(await field(request, 'handle'), { userId: session.userId })
  },
  'POST /logout'({ session }) {
    session.destroy()
  },
}

const field = async (request, name) => String((await request.formData()).get(name))

export default {
  fetch: withSession({ cookie, storage }, async (request, session) => {
    const route = routes[`${request.method} ${new URL(request.url).pathname}`]
    if (route === undefined) return new Response('There is no such page', { status: 404 })
    const page = await route({ session, request })
    if (page !== undefined) return new Response(page, { headers: { 'Content-Type': 'text/html' } })
    return new Response(null, { status: 303, headers: { Location: '/' } })
  }),
}
