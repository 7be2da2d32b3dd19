import { text } from 'node:stream/consumers'
import Koa from 'koa'
import { csrf } from 'coatcheck/csrf/koa'
import { session } from 'coatcheck/koa'
import { act } from './actions.js'
import { accountPage, homePage } from './pages.js'
import { cookie, storage } from './sessions.js'

const app = new Koa()
app.use(session(cookie, storage))
app.use(csrf())

app.use(async (ctx) => {
  const { session, method, path } = ctx
  if (method === 'GET' && path === '/') {
    ctx.body = homePage(session)
  } else if (method === 'GET' && path === '/account' && session.userId !== undefined) {
    ctx.body = await accountPage(session)
  } else {
    if (method === 'POST' && path.startsWith('/do/')) {
      const form = Object.fromEntries(new URLSearchParams(await text(ctx.req)))
      await act(path.slice('/do/'.length), session, { form, device: ctx.get('user-agent') })
    }
    ctx.status = 303
    ctx.redirect('/')
  }
})

const port = Number(process.env.PORT ?? 3000)
app.listen(port, () => console.log(`http://localhost:${port}`))
