import { node } from '@elysiajs/node'
import { csrf } from 'coatcheck/csrf/elysia'
import { session } from 'coatcheck/elysia'
import { Elysia } from 'elysia'
import { act } from './actions.js'
import { accountPage, homePage } from './pages.js'
import { cookie, storage } from './sessions.js'

const html = (page) =>
  new Response(page, { headers: { 'Content-Type': 'text/html; charset=utf-8' } })
// Elysia's own redirect() wants a whole address on Node.
const toHome = () => new Response(null, { status: 303, headers: { Location: '/' } })

const port = Number(process.env.PORT ?? 3000)
new Elysia({ adapter: node() })
  .use(session(cookie, storage))
  .use(csrf())
  .get('/', ({ session }) => html(homePage(session)))
  .get('/account', async ({ session }) => {
    if (session.userId === undefined) return toHome()
    return html(await accountPage(session))
  })
  .post('/do/:what', async ({ params, session, body: form, headers }) => {
    await act(params.what, session, { form, device: headers['user-agent'] })
    return toHome()
  })
  .listen(port, () => console.log(`http://localhost:${port}`))
