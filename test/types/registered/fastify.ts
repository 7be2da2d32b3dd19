// Compiled, never run: handlers of Fastify get the session of the storage that the app has registered.
import Fastify from 'fastify'
import { session } from 'coatcheck/fastify'
import { exactly } from '../equal.ts'
import { cookie, type Registered, storage } from './storage.ts'

const app = Fastify()
await app.register(session(cookie, storage))
app.register(session(cookie, storage, { property: 'adminSession' }))
app.get<{ Params: { id: string } }>('/:id', async (request) => {
  exactly<Registered>()(request.session)
  exactly<number | undefined>()(request.session.get('count'))
  exactly<string>()(request.params.id)
  // @ts-expect-error -- no such key
  request.session.set('other', 1)
})

const secure = Fastify({ http2: true, https: {}, logger: true })
await secure.register(session(cookie, storage))
secure.get('/', (request) => {
  exactly<Registered>()(request.session)
})
