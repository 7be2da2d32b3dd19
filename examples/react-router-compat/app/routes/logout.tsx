import { Form, redirect } from 'react-router'
import { destroySession, getSession } from '../sessions.server.ts'
import type { Route } from './+types/logout.ts'

export async function action({ request }: Route.ActionArgs) {
  const session = await getSession(request.headers.get('Cookie'))
  return redirect('/', { headers: { 'Set-Cookie': await destroySession(session) } })
}

/**
 * For who types the address; and React Router looks at where a form comes from only if its route has
 * a page.
 */
export default function Logout() {
  return (
    <>
      <title>Log out</title>
      <h1>Leaving so soon?</h1>
      <Form method="post" className="narrow">
        <button>Log out</button>
      </Form>
    </>
  )
}
