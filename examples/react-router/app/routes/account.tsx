import { redirect } from 'react-router'
import { sessionContext } from 'coatcheck/react-router'
import type { Route } from './+types/account.ts'

export function loader({ context }: Route.LoaderArgs) {
  const session = context.get(sessionContext)
  if (session.userId !== undefined) return session.userId
  session.flash('notice', 'Please log in first')
  throw redirect('/')
}

export default function Account({ loaderData }: Route.ComponentProps) {
  return <h1>The account of {loaderData}</h1>
}
