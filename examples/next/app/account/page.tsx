import { redirect } from 'next/navigation'
import { getSession } from '../../lib/sessions.ts'

export default async function Account() {
  const { userId } = await getSession()
  if (userId === undefined) redirect('/please-log-in')
  return <h1>The account of {userId}</h1>
}
