import { needsStepUp, requireRecentLogin } from 'coatcheck/accounts'
import { getSession } from '../../../lib/sessions.js'

function reasonOf(session) {
  try {
    requireRecentLogin(session, 300)
    return 'none'
  } catch ({ reason }) {
    return reason
  }
}

export default async function Doubt() {
  const session = await getSession()
  return (
    <>
      <h1>{session.userId}</h1>
      <p role="status">{`${needsStepUp(session)}, ${reasonOf(session)}`}</p>
    </>
  )
}
