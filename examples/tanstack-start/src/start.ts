import { createCsrfMiddleware, createStart } from '@tanstack/react-start'
import { session } from 'coatcheck/tanstack-start'
import { cookie, storage } from './sessions.ts'

// Without middleware of the app, TanStack installs this by itself.
const csrf = createCsrfMiddleware({ filter: ({ handlerType }) => handlerType === 'serverFn' })

export const startInstance = createStart(() => ({
  requestMiddleware: [csrf, session(cookie, storage)],
}))
