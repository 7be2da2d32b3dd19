import { createFileRoute } from '@tanstack/react-router'
import { createServerFn } from '@tanstack/react-start'
import { storage } from '../sessions.ts'

const look = createServerFn().handler(async ({ context: { session } }) => {
  const { userId, handle } = session
  const devices = userId === undefined ? [] : await storage.sessionsOf(userId)
  return { userId, handle, devices, notice: session.get('notice'), cart: session.get('cart') ?? [] }
})

export const Route = createFileRoute('/')({ loader: () => look(), component: Page })

function Page() {
  const { userId, handle, devices, notice, cart } = Route.useLoaderData()
  return (
    <>
      <h1>{userId === undefined ? 'Good evening' : `Good evening, ${userId}`}</h1>
      <p role="status">{notice}</p>
      <form method="post" action="/do/add">
        <p>
          {cart.length} in the cart: {cart.join(', ')}
        </p>
        <input name="item" defaultValue="scarf" aria-label="Item" />
        <button>Add</button>
      </form>
      {userId === undefined ? (
        <form method="post" action="/do/login">
          <input name="name" aria-label="Name" placeholder="Name" />
          <button>Log in</button>
        </form>
      ) : (
        <form method="post" action="/do/logout">
          <button>Log out</button>
        </form>
      )}
      <ul>
        {devices.map((device) => (
          <li key={device.handle}>
            <form method="post" action="/do/end">
              <input type="hidden" name="handle" value={device.handle} />
              {device.label} {device.handle === handle ? '(this one)' : <button>End</button>}
            </form>
          </li>
        ))}
      </ul>
      <p>
        <a href="/account">Account</a>
      </p>
    </>
  )
}
