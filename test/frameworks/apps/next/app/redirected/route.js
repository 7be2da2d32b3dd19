import { notFound, redirect } from 'next/navigation'
import { getSession, served } from '../../lib/sessions.js'

export const GET = served(async (request) => {
  const session = await getSession()
  session.set('name', 'Grace')
  if (request.nextUrl.searchParams.has('missing')) notFound()
  redirect('/view/look')
})
