import type { ReactNode } from 'react'
import {
  Form,
  isRouteErrorResponse,
  Links,
  NavLink,
  Outlet,
  Scripts,
  ScrollRestoration,
  useRouteLoaderData,
} from 'react-router'
import { getSession } from './sessions.server.ts'
import { findUser } from './users.server.ts'
import type { Route } from './+types/root.ts'
import './app.css'

/** Runs beside the page's own loader, so it leaves the messages to that one. */
export async function loader({ request }: Route.LoaderArgs) {
  const session = await getSession(request.headers.get('Cookie'))
  return { user: findUser(session.get('userId')), theme: session.get('theme') }
}

/** Pages are for their visitor alone: no cache keeps them, and neither does the Back button. */
export function headers() {
  return { 'Cache-Control': 'private, no-store', Vary: 'Cookie' }
}

export function Layout({ children }: { children: ReactNode }) {
  // Undefined when the loader itself has failed.
  const { user, theme } = useRouteLoaderData<typeof loader>('root') ?? {}
  return (
    <html lang="en" data-theme={theme}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="data:," />
        <Links />
      </head>
      <body>
        <header>
          <NavLink className="brand" to="/" end>
            The cloakroom
          </NavLink>
          <nav aria-label="Cloakroom">
            <NavLink to="/account">{user?.fullName ?? 'Account'}</NavLink>
            {user ? (
              <Form method="post" action="/logout">
                <button className="link">Log out</button>
              </Form>
            ) : (
              <NavLink to="/login">Log in</NavLink>
            )}
          </nav>
        </header>
        <main>{children}</main>
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  )
}

export default function App() {
  return <Outlet />
}

export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  const isMissing = isRouteErrorResponse(error) && error.status === 404
  const heading = isMissing ? 'Not on this peg' : 'Back in a moment'
  return (
    <>
      <title>{heading}</title>
      <h1>{heading}</h1>
      <p>
        {isMissing
          ? 'There is no such page.'
          : 'Something went wrong here. What is yours is safe: try again in a while.'}
      </p>
    </>
  )
}
