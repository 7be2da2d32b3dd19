import { node } from '@elysiajs/node'
import { Elysia } from 'elysia'
import { createCookie } from 'coatcheck/cookie'
import { session } from 'coatcheck/elysia'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { accountPage, homePage } from './pages.js'

const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })
const storage = createMemorySessionStorage()

// Elysia's own redirect() wants a whole address on Node.
const toHome = () => new Response(null, { status: 303, headers: { Location: '/' } })
const html = (page) => new Response(page, { headers: { 'Content-Type': 'text/html' } })

new Elysia({ adapter: node() })
  .use(session(cookie, storage))
  .get('/', async ({ session }) => {
    const devices = session.userId === undefined ? [] : await storage.sessionsOf(session.userId)
    return html(homePage(session, devices))
  })
  .get('/account', ({ session }) => {
    if (session.userId !== undefined) return html(accountPage(session))
    session.flash('notice', 'Please log in first')
    return toHome()
  })
  .post('/login', ({ session, body, headers }) => {
    session.login(String(body.name), { label: headers['user-agent'] })
    session.flash('notice', `Welcome, ${body.name}`)
    return toHome()
  })
  .post('/add', ({ session, body }) => {
    session.update('cart', (cart = []) => [...cart, String(body.item)])
    return toHome()
  })
  .post('/end', async ({ session, body }) => {
    await storage.revoke(String(body.handle), { userId: session.userId })
    return toHome()
  })
  .post('/logout', ({ session }) => {
    session.destroy()
    return toHome()
  })
  .listen(Number(process.env.PORT ?? 3000))
