import { serve } from '@hono/node-server'
import { csrf } from 'coatcheck/csrf/hono'
import { session } from 'coatcheck/hono'
import { Hono } from 'hono'
import { act } from './actions.js'
import { accountPage, homePage } from './pages.js'
import { cookie, storage } from './sessions.js'

const app = new Hono()
app.use(session(cookie, storage), csrf())

app.get('/', (c) => c.html(homePage(c.var.session)))

app.get('/account', async (c) => {
  if (c.var.session.userId === undefined) return c.redirect('/', 303)
  return c.html(await accountPage(c.var.session))
})

app.post('/do/:what', async (c) => {
  const form = await c.req.parseBody()
  await act(c.req.param('what'), c.var.session, { form, device: c.req.header('user-agent') })
  return c.redirect('/', 303)
})

const port = Number(process.env.PORT ?? 3000)
serve({ fetch: app.fetch, port }, () => console.log(`http://localhost:${port}`))
