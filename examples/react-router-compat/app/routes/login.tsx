import { Form, redirect } from 'react-router'
import { Messages } from '../messages.tsx'
import { withMessages } from '../messages.server.ts'
import { commitSession, getSession } from '../sessions.server.ts'
import { authenticate } from '../users.server.ts'
import type { Route } from './+types/login.ts'

export async function loader({ request }: Route.LoaderArgs) {
  const session = await getSession(request.headers.get('Cookie'))
  if (session.has('userId')) throw redirect('/account')
  return withMessages(session, {})
}

export async function action({ request }: Route.ActionArgs) {
  const session = await getSession(request.headers.get('Cookie'))
  const form = await request.formData()
  const user = await authenticate(String(form.get('name')), String(form.get('password')))

  if (!user) {
    session.flash('problem', 'That name and that password do not belong together.')
    return redirect('/login', { headers: { 'Set-Cookie': await commitSession(session) } })
  }

  session.set('userId', user.id)
  session.flash('notice', `Welcome back, ${user.fullName}.`)
  // A new id; the one from before the login is worth nothing from now on.
  const cookie = await commitSession(session, { login: user.id })
  return redirect('/account', { headers: { 'Set-Cookie': cookie } })
}

export default function Login({ loaderData: { messages } }: Route.ComponentProps) {
  return (
    <div className="narrow">
      <title>Log in</title>
      <Messages {...messages} />
      <h1>Log in</h1>
      <Form method="post" className="card fields">
        <label htmlFor="name">Name</label>
        <input id="name" name="name" autoComplete="username" required />
        <label htmlFor="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
        <button>Log in</button>
      </Form>
      <p className="quiet">
        For a look around: <code>ada</code> with <code>analytical-engine</code>.
      </p>
    </div>
  )
}
