import { getSession } from '../lib/sessions.js'

// The page for what is not found is made in the build, where no case runs.
export const dynamic = 'force-dynamic'

export default async function Layout({ children }) {
  const session = await getSession()
  return (
    <html>
      <body>
        <p>layout: {session.get('name')}</p>
        {children}
      </body>
    </html>
  )
}
