import { getSession } from '../../../lib/sessions.js'

export default async function Write() {
  const session = await getSession()
  try {
    session.set('name', 'Eve')
  } catch ({ code }) {
    return <p role="status">{code}</p>
  }
}
