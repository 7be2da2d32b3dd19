import { H3, html, raw, redirect, serve } from 'h3'
import { createCookie } from 'coatcheck/cookie'
import { session } from 'coatcheck/h3'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { accountPage, homePage } from './pages.js'

const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })
const storage = createMemorySessionStorage()
const app = new H3()
app.use(session(cookie, storage))

const field = async (event, name) => String((await event.req.formData()).get(name))

app.get('/', async ({ context: { session } }) => {
  const devices = session.userId === undefined ? [] : await storage.sessionsOf(session.userId)
  return html(raw(homePage(session, devices)))
})

app.get('/account', ({ context: { session } }) => {
  if (session.userId !== undefined) return html(raw(accountPage(session)))
  session.flash('notice', 'Please log in first')
  return redirect('/', 303)
})

app.post('/login', async (event) => {
  const { session } = event.context
  const name = await field(event, 'name')
  session.login(name, { label: event.req.headers.get('user-agent') ?? undefined })
  session.flash('notice', `Welcome, ${name}`)
  return redirect('/', 303)
})

app.post('/add', async (event) => {
  const item = await field(event, 'item')
  event.context.session.update('cart', (cart = []) => [...cart, item])
  return redirect('/', 303)
})

app.post('/end', async (event) => {
  const { userId } = event.context.session
  await storage.revoke(await field(event, 'handle'), { userId })
  return redirect('/', 303)
})

app.post('/logout', (event) => {
  event.context.session.destroy()
  return redirect('/', 303)
})

serve(app, { port: Number(process.env.PORT ?? 3000) })
