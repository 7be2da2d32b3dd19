import { getSession, storage } from '../lib/sessions.ts'
import { add, end, login, logout } from './actions.ts'

export default async function Page() {
  const session = await getSession()
  const { userId, handle } = session
  const cart = session.get('cart') ?? []
  const devices = userId === undefined ? [] : await storage.sessionsOf(userId)
  return (
    <>
      <h1>{userId === undefined ? 'Good evening' : `Good evening, ${userId}`}</h1>
      <p role="status">{session.get('notice')}</p>
      <form action={add}>
        <p>
          {cart.length} in the cart: {cart.join(', ')}
        </p>
        <input name="item" defaultValue="scarf" aria-label="Item" />
        <button>Add</button>
      </form>
      {userId === undefined ? (
        <form action={login}>
          <input name="name" aria-label="Name" placeholder="Name" />
          <button>Log in</button>
        </form>
      ) : (
        <form action={logout}>
          <button>Log out</button>
        </form>
      )}
      <ul>
        {devices.map((device) => (
          <li key={device.handle}>
            <form action={end}>
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
