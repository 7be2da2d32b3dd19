import { getSession } from '../../lib/sessions.js'

export async function GET() {
  const session = await getSession()
  try {
    session.set('name', 'Eve')
  } catch ({ code, message }) {
    return Response.json({ code, message, name: session.get('name') ?? null })
  }
}
