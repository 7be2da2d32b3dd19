// Compiled, never run: handlers of h3 get the session of the storage that the app has registered.
import { H3 } from 'h3'
import { session } from 'coatcheck/h3'
import { exactly } from '../equal.ts'
import { cookie, type Registered, storage } from './storage.ts'

new H3().use(session(cookie, storage)).get('/', (event) => {
  exactly<Registered>()(event.context.session)
  // @ts-expect-error -- no such key
  event.context.session.set('other', 1)
  return ''
})
