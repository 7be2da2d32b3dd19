import express from 'express'
import { csrf } from 'coatcheck/csrf/express'
import { session } from 'coatcheck/express'
import { act } from './actions.js'
import { accountPage, homePage } from './pages.js'
import { cookie, storage } from './sessions.js'

const app = express()
app.use(session(cookie, storage), express.urlencoded(), csrf())

app.get('/', (request, response) => response.send(homePage(request.session)))

app.get('/account', async (request, response) => {
  if (request.session.userId === undefined) return response.redirect(303, '/')
  response.send(await accountPage(request.session))
})

app.post('/do/:what', async (request, response) => {
  const { params, session, body: form } = request
  await act(params.what, session, { form, device: request.get('user-agent') })
  response.redirect(303, '/')
})

const port = Number(process.env.PORT ?? 3000)
app.listen(port, () => console.log(`http://localhost:${port}`))
