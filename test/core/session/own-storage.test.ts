import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSession, createSessionId, type Session, type SessionStorage } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { Visitor } from '../../frameworks/visitor.ts'

const secrets = ['k7Qm2xW9vB4nZ8tR1cY6pL3sD5fG0hJa-own']

/** A storage of the app's own, as the ones of `@remix-run/session` are written. */
function ownStorage(sessions: Map<string, [object, object]>): SessionStorage {
  return {
    async read(id) {
      const data = sessions.get(id ?? '')
      return data === undefined ? createSession() : createSession(id!, data)
    },
    async save(session) {
      if (session.deleteId !== undefined) sessions.delete(session.deleteId)
      if (session.destroyed) {
        sessions.delete(session.id)
        return ''
      }
      if (!session.dirty) return null
      sessions.set(session.id, session.data)
      return session.id
    },
  }
}

function open() {
  const sessions = new Map<string, [object, object]>()
  const cookie = createCookie('session', { secrets })
  const actions: Record<string, (session: Session) => void> = {
    '/set': (session) => session.set('cart', ['coat']),
    '/leave': (session) => session.flash('notice', 'hello'),
    '/keep': (session) => session.reflash(),
    '/login': (session) => session.login('ada'),
    '/rotate': (session) => session.regenerateId(),
    '/logout': (session) => session.destroy(),
  }
  const serve = withSession({ cookie, storage: ownStorage(sessions) }, ({ url }, session) => {
    actions[new URL(url).pathname]?.(session)
    return new Response(`${session.get('notice') ?? 'nothing'}`)
  })
  return { sessions, visitor: new Visitor(serve) }
}

describe('A storage of the app’s own, with createSession(id, data)', () => {
  it('shows a message once', async () => {
    const { visitor } = open()
    await visitor.get('/leave')
    assert.equal(await visitor.text(), 'hello')
    assert.equal(await visitor.text(), 'nothing')
  })

  it('carries a message on to the next page', async () => {
    const { visitor } = open()
    await visitor.get('/leave')
    assert.equal(await visitor.text('/keep'), 'hello')
    assert.equal(await visitor.text(), 'hello')
    assert.equal(await visitor.text(), 'nothing')
  })

  it('writes nothing when nothing was done', async () => {
    const { visitor, sessions } = open()
    await visitor.get('/set')
    const before = [...sessions.values()][0]
    const response = await visitor.get()
    assert.deepEqual(response.headers.getSetCookie(), [])
    assert.equal([...sessions.values()][0], before)
  })

  it('learns which id a login ended', async () => {
    const { visitor, sessions } = open()
    await visitor.get('/set')
    const thief = visitor.copy()
    const [before] = sessions.keys()
    await visitor.get('/login')
    assert.equal(sessions.size, 1)
    assert.equal(sessions.has(before!), false)
    await thief.get()
    assert.equal(sessions.size, 1)
    await visitor.get('/logout')
    assert.equal(sessions.size, 0)
  })

  it('keeps the old id after a rotation that does not end it', async () => {
    const { visitor, sessions } = open()
    await visitor.get('/set')
    await visitor.get('/rotate')
    assert.equal(sessions.size, 2)
  })
})

describe('deleteId', () => {
  it('is the id that the session came with, once that has to end', () => {
    const id = createSessionId()
    const session = createSession(id)
    assert.equal(session.deleteId, undefined)
    session.regenerateId()
    assert.equal(session.deleteId, undefined)
    session.regenerateId(true)
    assert.equal(session.deleteId, id)
    session.login('ada')
    assert.equal(session.deleteId, id)
  })

  it('is none in a storage of ours, which ends ids by itself', async () => {
    const storage = createMemorySessionStorage()
    const session = await storage.read(null)
    session.login('ada')
    assert.equal(session.deleteId, undefined)
    const own = createSession()
    own.login('ada')
    await storage.save(own)
    assert.equal(own.deleteId, undefined)
  })
})
