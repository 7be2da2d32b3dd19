import { text } from 'node:stream/consumers'
import Koa from 'koa'
import { createCookie } from 'coatcheck/cookie'
import { session } from 'coatcheck/koa'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { accountPage, homePage } from './pages.js'

const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })
const storage = createMemorySessionStorage()
const app = new Koa()
app.use(session(cookie, storage))

// Koa has no router and reads no forms: these few lines are all that this app needs of both.
const routes = {
  async 'GET /'({ session }) {
    const devices = session.userId === undefined ? [] : await storage.sessionsOf(session.userId)
    return homePage(session, devices)
  },
  'GET /account'({ session }) {
    if (session.userId !== undefined) return accountPage(session)
    session.flash('notice', 'Please log in first')
  },
  'POST /login'(ctx, { name }) {
    ctx.session.login(name, { label: ctx.get('user-agent') })
    ctx.session.flash('notice', `Welcome, ${name}`)
  },
  'POST /add'({ session }, { item }) {
    session.update('cart', (cart = []) => [...cart, item])
  },
  async 'POST /end'({ session }, { handle }) {
    await storage.revoke(handle, { userId: session.userId })
  },
  'POST /logout'({ session }) {
    session.destroy()
  },
}

app.use(async (ctx) => {
  const route = routes[`${ctx.method} ${ctx.path}`]
  if (route === undefined) return
  const form = Object.fromEntries(new URLSearchParams(await text(ctx.req)))
  const page = await route(ctx, form)
  if (page !== undefined) {
    ctx.body = page
    return
  }
  ctx.status = 303
  ctx.redirect('/')
})

app.listen(process.env.PORT ?? 3000)
