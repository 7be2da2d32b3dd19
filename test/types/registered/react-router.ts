// Compiled, never run: loaders of React Router get the session of the storage that the app has registered.
import type { LoaderFunctionArgs } from 'react-router'
import { session, sessionContext } from 'coatcheck/react-router'
import { exactly } from '../equal.ts'
import { cookie, type Registered, storage } from './storage.ts'

export const middleware = [session(cookie, storage)]

export function loader({ context }: LoaderFunctionArgs): void {
  exactly<Registered>()(context.get(sessionContext))
}
