import { Form, redirect } from 'react-router'
import { requireUser } from '../guard.server.ts'
import { Messages } from '../messages.tsx'
import { withMessages } from '../messages.server.ts'
import { commitSession } from '../sessions.server.ts'
import type { Route } from './+types/account.ts'

export async function loader({ request }: Route.LoaderArgs) {
  const { session, user } = await requireUser(request)
  return withMessages(session, { user, theme: session.get('theme') ?? '' })
}

export async function action({ request }: Route.ActionArgs) {
  const { session } = await requireUser(request)
  const theme = (await request.formData()).get('theme')

  if (theme === 'light' || theme === 'dark') session.set('theme', theme)
  else session.unset('theme')
  session.flash('notice', 'Saved for this visit.')
  return redirect('/account', { headers: { 'Set-Cookie': await commitSession(session) } })
}

const themes = [
  { value: '', label: 'As the system has it' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

export default function Account({ loaderData }: Route.ComponentProps) {
  const { user, theme, messages } = loaderData
  return (
    <>
      <title>Your account</title>
      <Messages {...messages} />
      <h1>{user.fullName}</h1>
      <p>{user.email}</p>
      <Form method="post" className="card fields narrow">
        <fieldset>
          <legend>Colours</legend>
          {themes.map(({ value, label }) => (
            <label key={value}>
              <input type="radio" name="theme" value={value} defaultChecked={value === theme} />
              {label}
            </label>
          ))}
        </fieldset>
        <button>Save</button>
      </Form>
    </>
  )
}
