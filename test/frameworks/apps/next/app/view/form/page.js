import { getSession } from '../../../lib/sessions.js'
import { act } from './actions.js'

export default async function Form() {
  const session = await getSession()
  return (
    <>
      <p role="status">{session.get('notice')}</p>
      <h1>{session.userId ?? session.get('name')}</h1>
      {['stay', 'redirect', 'throw', 'log in', 'log out'].map((what) => (
        <form action={act} key={what}>
          <input type="hidden" name="what" value={what} />
          <input name="name" />
          <button>{what}</button>
        </form>
      ))}
    </>
  )
}
