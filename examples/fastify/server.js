import Fastify from 'fastify'
import { createCookie } from 'coatcheck/cookie'
import { session } from 'coatcheck/fastify'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { accountPage, homePage } from './pages.js'

const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })
const storage = createMemorySessionStorage()
const app = Fastify()
await app.register(session(cookie, storage))

const formType = 'application/x-www-form-urlencoded'
app.addContentTypeParser(formType, { parseAs: 'string' }, async (_request, body) =>
  Object.fromEntries(new URLSearchParams(body)),
)

app.get('/', async ({ session }, reply) => {
  const devices = session.userId === undefined ? [] : await storage.sessionsOf(session.userId)
  return reply.type('text/html').send(homePage(session, devices))
})

app.get('/account', async ({ session }, reply) => {
  if (session.userId !== undefined) return reply.type('text/html').send(accountPage(session))
  session.flash('notice', 'Please log in first')
  return reply.redirect('/', 303)
})

app.post('/login', async ({ session, body, headers }, reply) => {
  session.login(String(body.name), { label: headers['user-agent'] })
  session.flash('notice', `Welcome, ${body.name}`)
  return reply.redirect('/', 303)
})

app.post('/add', async ({ session, body }, reply) => {
  session.update('cart', (cart = []) => [...cart, String(body.item)])
  return reply.redirect('/', 303)
})

app.post('/end', async ({ session, body }, reply) => {
  await storage.revoke(String(body.handle), { userId: session.userId })
  return reply.redirect('/', 303)
})

app.post('/logout', async ({ session }, reply) => {
  session.destroy()
  return reply.redirect('/', 303)
})

await app.listen({ port: Number(process.env.PORT ?? 3000), host: process.env.HOST ?? '::' })
