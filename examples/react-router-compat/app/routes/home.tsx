import { Link } from 'react-router'
import { Messages } from '../messages.tsx'
import { withMessages } from '../messages.server.ts'
import { getSession } from '../sessions.server.ts'
import { findUser } from '../users.server.ts'
import type { Route } from './+types/home.ts'

export async function loader({ request }: Route.LoaderArgs) {
  const session = await getSession(request.headers.get('Cookie'))
  return withMessages(session, { fullName: findUser(session.get('userId'))?.fullName })
}

export default function Home({ loaderData: { fullName, messages } }: Route.ComponentProps) {
  return (
    <>
      <title>The cloakroom</title>
      <Messages {...messages} />
      <h1>{fullName ? `Good to see you, ${fullName}` : 'Good evening'}</h1>
      {fullName ? (
        <p>
          Your coat is on its peg. What we keep for you is in{' '}
          <Link to="/account">your account</Link>.
        </p>
      ) : (
        <p>
          You are not logged in. <Link to="/login">Log in</Link>, or try{' '}
          <Link to="/account">the account page</Link> and be sent there.
        </p>
      )}
    </>
  )
}
