import { NextResponse } from 'next/server'
import { getSession, served } from './lib/sessions.js'

export const config = { matcher: ['/view/look', '/look-behind-proxy'] }

export const proxy = served(async (request) => {
  const what = request.nextUrl.searchParams.get('proxy')
  if (what === null) return undefined
  const session = await getSession()
  session.set('name', `from the proxy ${what}`)
  if (what === 'page') return NextResponse.next()
  if (what === 'headers') {
    const headers = new Headers(request.headers)
    headers.set('X-Of-App', 'here')
    return NextResponse.next({ request: { headers } })
  }
  return NextResponse.redirect(new URL('/view/look', request.url))
})
