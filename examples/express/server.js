import express from 'express'
import { createCookie } from 'coatcheck/cookie'
import { session } from 'coatcheck/express'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { accountPage, homePage } from './pages.js'

const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })
const storage = createMemorySessionStorage()
const app = express()
app.use(session(cookie, storage))
app.use(express.urlencoded({ extended: false }))

app.get('/', async ({ session }, response) => {
  const devices = session.userId === undefined ? [] : await storage.sessionsOf(session.userId)
  response.send(homePage(session, devices))
})

app.get('/account', ({ session }, response) => {
  if (session.userId !== undefined) return response.send(accountPage(session))
  session.flash('notice', 'Please log in first')
  response.redirect(303, '/')
})

app.post('/login', ({ session, body, headers }, response) => {
  session.login(String(body.name), { label: headers['user-agent'] })
  session.flash('notice', `Welcome, ${body.name}`)
  response.redirect(303, '/')
})

app.post('/add', ({ session, body }, response) => {
  session.update('cart', (cart = []) => [...cart, String(body.item)])
  response.redirect(303, '/')
})

app.post('/end', async ({ session, body }, response) => {
  await storage.revoke(String(body.handle), { userId: session.userId })
  response.redirect(303, '/')
})

app.post('/logout', ({ session }, response) => {
  session.destroy()
  response.redirect(303, '/')
})

app.listen(process.env.PORT ?? 3000)
