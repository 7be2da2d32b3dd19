import { H3, html, raw, redirect, serve } from 'h3'
import { csrf } from 'coatcheck/csrf/h3'
import { session } from 'coatcheck/h3'
import { act } from './actions.js'
import { accountPage, homePage } from './pages.js'
import { cookie, storage } from './sessions.js'

const app = new H3()
app.use(session(cookie, storage))
app.use(csrf())

app.get('/', ({ context: { session } }) => html(raw(homePage(session))))

app.get('/account', async ({ context: { session } }) => {
  if (session.userId === undefined) return redirect('/', 303)
  return html(raw(await accountPage(session)))
})

app.post('/do/:what', async ({ req, context: { params, session } }) => {
  const form = Object.fromEntries(await req.formData())
  await act(params.what, session, { form, device: req.headers.get('user-agent') ?? undefined })
  return redirect('/', 303)
})

// It prints its address.
serve(app, { port: Number(process.env.PORT ?? 3000) })
