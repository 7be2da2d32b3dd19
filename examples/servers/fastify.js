import Fastify from 'fastify'
import { csrf } from 'coatcheck/csrf/fastify'
import { session } from 'coatcheck/fastify'
import { act } from './actions.js'
import { accountPage, homePage } from './pages.js'
import { cookie, storage } from './sessions.js'

const app = Fastify()
app.addContentTypeParser(
  'application/x-www-form-urlencoded',
  { parseAs: 'string' },
  async (_, body) => Object.fromEntries(new URLSearchParams(body)),
)
await app.register(session(cookie, storage))
await app.register(csrf())

app.get('/', async (request, reply) => reply.type('text/html').send(homePage(request.session)))

app.get('/account', async (request, reply) => {
  if (request.session.userId === undefined) return reply.redirect('/', 303)
  return reply.type('text/html').send(await accountPage(request.session))
})

app.post('/do/:what', async (request, reply) => {
  const { params, session, body: form, headers } = request
  await act(params.what, session, { form, device: headers['user-agent'] })
  return reply.redirect('/', 303)
})

const port = Number(process.env.PORT ?? 3000)
await app.listen({ port })
console.log(`http://localhost:${port}`)
