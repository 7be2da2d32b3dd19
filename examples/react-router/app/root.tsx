import { csrf } from 'coatcheck/csrf/react-router'
import { session } from 'coatcheck/react-router'
import { cookie, storage } from './sessions.server.ts'

// React Router itself looks at where a form comes from only if its route has a page.
export const middleware = [session(cookie, storage), csrf()]

export { Layout } from './layout.tsx'
export { Outlet as default } from 'react-router'
