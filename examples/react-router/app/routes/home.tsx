import { Form, Link } from 'react-router'
import { sessionContext } from 'coatcheck/react-router'
import { storage } from '../sessions.server.ts'
import type { Route } from './+types/home.ts'

export async function loader({ context }: Route.LoaderArgs) {
  const session = context.get(sessionContext)
  const { userId, handle } = session
  const devices = userId === undefined ? [] : await storage.sessionsOf(userId)
  return { userId, handle, devices, notice: session.get('notice'), cart: session.get('cart') ?? [] }
}

export default function Home({ loaderData }: Route.ComponentProps) {
  const { userId, handle, devices, notice, cart } = loaderData
  return (
    <>
      <h1>{userId === undefined ? 'Good evening' : `Good evening, ${userId}`}</h1>
      <p role="status">{notice}</p>
      <Form method="post" action="/do/add">
        <p>
          {cart.length} in the cart: {cart.join(', ')}
        </p>
        <input name="item" defaultValue="scarf" aria-label="Item" />
        <button>Add</button>
      </Form>
      {userId === undefined ? (
        <Form method="post" action="/do/login">
          <input name="name" aria-label="Name" placeholder="Name" />
          <button>Log in</button>
        </Form>
      ) : (
        <Form method="post" action="/do/logout">
          <button>Log out</button>
        </Form>
      )}
      <ul>
        {devices.map((device) => (
          <li key={device.handle}>
            <Form method="post" action="/do/end">
              <input type="hidden" name="handle" value={device.handle} />
              {device.label} {device.handle === handle ? '(this one)' : <button>End</button>}
            </Form>
          </li>
        ))}
      </ul>
      <p>
        <Link to="/account">Account</Link>
      </p>
    </>
  )
}
