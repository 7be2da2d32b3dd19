import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createCookie } from 'coatcheck/cookie'
import { session } from 'coatcheck/hono'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { accountPage, homePage } from './pages.js'

const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })
const storage = createMemorySessionStorage()
const app = new Hono()
app.use(session(cookie, storage))

app.get('/', async (c) => {
  const { session } = c.var
  const devices = session.userId === undefined ? [] : await storage.sessionsOf(session.userId)
  return c.html(homePage(session, devices))
})

app.get('/account', (c) => {
  if (c.var.session.userId !== undefined) return c.html(accountPage(c.var.session))
  c.var.session.flash('notice', 'Please log in first')
  return c.redirect('/', 303)
})

app.post('/login', async (c) => {
  const { name } = await c.req.parseBody()
  c.var.session.login(String(name), { label: c.req.header('user-agent') })
  c.var.session.flash('notice', `Welcome, ${name}`)
  return c.redirect('/', 303)
})

app.post('/add', async (c) => {
  const { item } = await c.req.parseBody()
  c.var.session.update('cart', (cart = []) => [...cart, String(item)])
  return c.redirect('/', 303)
})

app.post('/end', async (c) => {
  const { handle } = await c.req.parseBody()
  await storage.revoke(String(handle), { userId: c.var.session.userId })
  return c.redirect('/', 303)
})

app.post('/logout', (c) => {
  c.var.session.destroy()
  return c.redirect('/', 303)
})

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) })
