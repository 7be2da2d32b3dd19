// Compiled, never run: handlers of Express get the session of the storage that the app has registered.
import express from 'express'
import { rollBackOnError, session } from 'coatcheck/express'
import { exactly } from '../equal.ts'
import { cookie, type Registered, storage } from './storage.ts'

const app = express()
app.use(session(cookie, storage))
app.use(session(cookie, storage, { property: 'adminSession' }))
app.get('/:id', (request, response) => {
  exactly<Registered>()(request.session)
  exactly<number | undefined>()(request.session.get('count'))
  exactly<string>()(request.params.id)
  // @ts-expect-error -- no such key
  request.session.set('other', 1)
  response.redirect('/')
})
const router = express.Router()
router.use(session(cookie, storage), (request, _, next) => {
  exactly<Registered>()(request.session)
  next()
})
app.use(rollBackOnError)

// @ts-expect-error -- no such option
session(cookie, storage, { propert: 'a' })
