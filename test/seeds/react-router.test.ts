// The examples of seed 001, a classic session package: the same calls with real assertions, on our entry.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import {
  createCookieSessionStorage,
  createFileSessionStorage,
  createMemorySessionStorage,
  createSession,
  createSessionStorage,
  isSession,
  type FlashSessionData,
  type Session,
  type SessionIdStorageStrategy,
  type SessionStorage,
} from 'coatcheck/compat/react-router'
import { data as respondWith, redirect } from 'react-router'

/** What a browser sends back. */
function cookieOf(setCookie: string): string {
  return setCookie.split(';')[0]!
}

function lifetimeOf(setCookie: string): string[] {
  return setCookie.split('; ').filter((attribute) => /^(max-age|expires)=/i.test(attribute))
}

function isPast(setCookie: string): boolean {
  return /; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT$/.test(setCookie)
}

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-seed-'))

describe('Seed 001, a classic session package', () => {
  after(() => rmSync(directory, { recursive: true, force: true }))

  it('gives an overview of what it can do', async () => {
    const request = new Request('http://localhost/')
    const response = new Response()

    let cookieStorage = createCookieSessionStorage({
      cookie: {
        name: '__session',
        secrets: ['s3cr3t'],
        httpOnly: true,
        secure: true,
        sameSite: 'lax',
        maxAge: 60 * 60 * 24 * 30,
      },
    })

    let session = await cookieStorage.getSession(request.headers.get('Cookie'))

    session.set('userId', '12345')
    session.set('theme', 'dark')
    session.set('cartItems', ['item1', 'item2'])

    session.flash('successMessage', 'Profile updated successfully!')
    session.flash('errorMessage', 'Invalid email address')

    assert.equal(session.has('userId'), true)
    assert.equal(session.has('successMessage'), true)

    assert.equal(session.get('userId'), '12345')
    assert.equal(session.get('successMessage'), 'Profile updated successfully!')
    assert.equal(session.get('successMessage'), undefined)

    let setCookieHeader = await cookieStorage.commitSession(session)
    response.headers.set('Set-Cookie', setCookieHeader)
    assert.match(
      setCookieHeader,
      /^__session=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000$/,
    )
    const nextRequest = new Request('http://localhost/', {
      headers: { Cookie: cookieOf(response.headers.getSetCookie()[0]!) },
    })
    let next = await cookieStorage.getSession(nextRequest.headers.get('Cookie'))
    assert.deepEqual(next.data, {
      userId: '12345',
      theme: 'dark',
      cartItems: ['item1', 'item2'],
      __flash_errorMessage__: 'Invalid email address',
    })

    let memoryStorage = createMemorySessionStorage({
      cookie: {
        name: '__session',
        secrets: ['s3cr3t'],
        maxAge: 60 * 60 * 24,
      },
    })

    let memorySession = await memoryStorage.getSession()
    memorySession.set('user', { id: '123', name: 'Alice' })
    let memorySetCookie = await memoryStorage.commitSession(memorySession)
    const stored = await memoryStorage.getSession(cookieOf(memorySetCookie))
    assert.deepEqual(stored.get('user'), { id: '123', name: 'Alice' })

    assert.ok(isPast(await cookieStorage.destroySession(session)))
    assert.ok(isPast(await memoryStorage.destroySession(memorySession)))
    assert.deepEqual((await memoryStorage.getSession(cookieOf(memorySetCookie))).data, {})

    assert.equal(isSession(session), true)
    assert.equal(isSession({}), false)
  })

  it('keeps all data in the cookie, encrypted, and says when it is too much', async () => {
    let storage = createCookieSessionStorage({
      cookie: {
        name: '__session',
        secrets: ['secret1', 'secret2'],
        httpOnly: true,
        secure: true,
        sameSite: 'strict',
        maxAge: 60 * 60 * 24 * 7,
      },
    })

    let message: string | undefined
    try {
      let largeSession = await storage.getSession()
      largeSession.set('data', 'x'.repeat(5000))
      await storage.commitSession(largeSession)
    } catch (error) {
      message = (error as Error).message
    }
    assert.match(String(message), /^Cookie length will exceed browser maximum/)

    const older = createCookieSessionStorage({ cookie: { secrets: ['secret2'] } })
    const session = await older.getSession()
    session.set('role', 'reader of both secrets')
    const setCookie = await older.commitSession(session)
    const rotated = await storage.getSession(cookieOf(setCookie))
    assert.equal(rotated.get('role'), 'reader of both secrets')
    const bytes = Buffer.from(cookieOf(setCookie).split('=')[1]!, 'base64url')
    assert.equal(bytes.includes('reader'), false)
    assert.match(await storage.commitSession(rotated), /; SameSite=Strict;/)
  })

  it('keeps data in memory, for the later request with the same id', async () => {
    let storage = createMemorySessionStorage({
      cookie: {
        name: '__session',
        secrets: ['dev-secret'],
      },
    })

    let session = await storage.getSession()
    session.set('user', { id: '123', role: 'admin' })
    const cookieHeader = cookieOf(await storage.commitSession(session))

    let sameSession = await storage.getSession(cookieHeader)
    assert.deepEqual(sameSession.get('user'), { id: '123', role: 'admin' })
  })

  it('takes four functions for a database', async () => {
    type Row = { data: string; expires: Date | undefined }
    const rows = new Map<string, Row>()
    const db = {
      sessions: {
        async create(row: Row) {
          const id = `row-${crypto.randomUUID()}`
          rows.set(id, row)
          return id
        },
        async findById(id: string) {
          return rows.get(id)
        },
        async update(id: string, row: Row) {
          rows.set(id, row)
        },
        async delete(id: string) {
          rows.delete(id)
        },
      },
    }

    let dbStorage = createSessionStorage({
      cookie: {
        name: '__session',
        secrets: ['db-secret'],
        secure: true,
        httpOnly: true,
      },
      async createData(data, expires) {
        let id = await db.sessions.create({
          data: JSON.stringify(data),
          expires,
        })
        return id
      },
      async readData(id) {
        let session = await db.sessions.findById(id)
        if (!session || (session.expires && session.expires < new Date())) {
          return null
        }
        return JSON.parse(session.data)
      },
      async updateData(id, data, expires) {
        await db.sessions.update(id, {
          data: JSON.stringify(data),
          expires,
        })
      },
      async deleteData(id) {
        await db.sessions.delete(id)
      },
    })

    await behavesLikeAStorage(dbStorage, () => rows.size)
  })

  it('takes four functions for Redis', async () => {
    const entries = new Map<string, string>()
    const ttls: number[] = []
    const redis = {
      async setex(id: string, seconds: number, text: string) {
        ttls.push(seconds)
        entries.set(id, text)
      },
      get: async (id: string) => entries.get(id) ?? null,
      del: async (id: string) => entries.delete(id),
    }
    const generateSessionId = () => crypto.randomUUID()
    const process = { env: { SESSION_SECRET: 'kept in the environment, for this test' } }

    let redisStorage = createSessionStorage({
      cookie: {
        name: '__session',
        secrets: [process.env.SESSION_SECRET],
      },
      async createData(data, expires) {
        let id = generateSessionId()
        let ttl = expires ? Math.floor((expires.getTime() - Date.now()) / 1000) : undefined
        await redis.setex(id, ttl || 86400, JSON.stringify(data))
        return id
      },
      async readData(id) {
        let data = await redis.get(id)
        return data ? JSON.parse(data) : null
      },
      async updateData(id, data, expires) {
        let ttl = expires ? Math.floor((expires.getTime() - Date.now()) / 1000) : 86400
        await redis.setex(id, ttl, JSON.stringify(data))
      },
      async deleteData(id) {
        await redis.del(id)
      },
    })

    await behavesLikeAStorage(redisStorage, () => entries.size)
    assert.deepEqual([...new Set(ttls)], [86400])
    const session = await redisStorage.getSession()
    await redisStorage.commitSession(session, { maxAge: 60 * 60 })
    assert.ok([3599, 3600].includes(ttls.at(-1)!))
  })

  it('shows flash messages once', async () => {
    const session = createSession()

    session.flash('success', 'Account created successfully!')
    session.flash('error', 'Invalid password')
    session.flash('info', 'Please verify your email')

    let successMessage = session.get('success')
    let errorMessage = session.get('error')
    let infoMessage = session.get('info')
    assert.deepEqual(
      [successMessage, errorMessage, infoMessage],
      ['Account created successfully!', 'Invalid password', 'Please verify your email'],
    )

    let noMessage = session.get('success')
    assert.equal(noMessage, undefined)

    const shown: string[] = []
    const show = () => {
      if (session.has('success')) {
        let message = session.get('success')
        shown.push(message)
      }
    }
    show()
    session.flash('success', 'Once more')
    show()
    show()
    assert.deepEqual(shown, ['Once more'])

    session.set('userId', '123')
    session.flash('welcome', 'Welcome back!')

    assert.equal(session.get('userId'), '123')
    assert.equal(session.get('welcome'), 'Welcome back!')
    assert.equal(session.get('userId'), '123')
    assert.equal(session.get('welcome'), undefined)
  })

  it('knows the types of data and messages', async () => {
    interface UserData {
      userId: string
      role: 'admin' | 'user'
      preferences: {
        theme: string
        notifications: boolean
      }
    }

    interface FlashData {
      successMessage: string
      errorMessage: string
      warningMessage: string
    }

    let typedStorage = createCookieSessionStorage<UserData, FlashData>({
      cookie: { secrets: ['secret'] },
    })

    let session = await typedStorage.getSession()

    session.set('userId', '123')
    session.set('role', 'admin')
    session.flash('successMessage', 'Done!')
    session.flash('errorMessage', 'Oops!')

    let userId: string | undefined = session.get('userId')
    let role: 'admin' | 'user' | undefined = session.get('role')
    let success: string | undefined = session.get('successMessage')
    assert.deepEqual([userId, role, success], ['123', 'admin', 'Done!'])
    assert.equal(session.get('preferences'), undefined)
  })

  it('lets each commit say how long the session lives', async () => {
    let storage = createCookieSessionStorage({
      cookie: {
        name: '__session',
        secrets: ['secret'],
        maxAge: 60 * 60 * 24,
      },
    })
    const session = await storage.getSession()
    assert.deepEqual(lifetimeOf(await storage.commitSession(session)), ['Max-Age=86400'])

    const relative = await storage.commitSession(session, {
      maxAge: 60 * 60,
    })
    assert.deepEqual(lifetimeOf(relative), ['Max-Age=3600'])

    const absolute = await storage.commitSession(session, {
      expires: new Date(Date.now() + 60 * 60 * 1000),
    })
    const [expires, ...others] = lifetimeOf(absolute)
    assert.deepEqual(others, [])
    const left = Date.parse(expires!.slice('Expires='.length)) - Date.now()
    assert.ok(left > 3_590_000 && left <= 3_600_000)

    const untilClosed = await storage.commitSession(session, {
      maxAge: undefined,
    })
    assert.deepEqual(lifetimeOf(untilClosed), [])
  })

  describe('in loaders and actions', () => {
    const storage = createMemorySessionStorage({ cookie: { secrets: ['secret'] } })
    const getUserById = async (id: string) => ({ id, name: 'Alice' })
    let updateUserProfile: (formData: FormData) => Promise<void>
    const formData = new FormData()

    type Arguments = { request: Request; params?: Record<string, string> }

    async function loader({ request }: Arguments) {
      let session = await storage.getSession(request.headers.get('Cookie'))

      if (!session.get('userId')) {
        session.flash('error', 'Please log in to continue')
        return redirect('/login', {
          headers: {
            'Set-Cookie': await storage.commitSession(session),
          },
        })
      }

      return {
        user: await getUserById(session.get('userId')),
        successMessage: session.get('success'),
      }
    }

    async function action({ request }: Arguments) {
      let session = await storage.getSession(request.headers.get('Cookie'))

      try {
        await updateUserProfile(formData)

        session.flash('success', 'Profile updated successfully!')

        return redirect('/profile', {
          headers: {
            'Set-Cookie': await storage.commitSession(session),
          },
        })
      } catch (error) {
        session.flash('error', (error as Error).message)

        // The document leaves out the name of the function.
        return respondWith(
          {
            error: (error as Error).message,
          },
          {
            headers: {
              'Set-Cookie': await storage.commitSession(session),
            },
          },
        )
      }
    }

    async function addToCart({ request, params }: Arguments) {
      let session = await storage.getSession(request.headers.get('Cookie'))

      let cart = session.get('cart') || []
      cart.push(params!.productId)
      session.set('cart', cart)

      session.flash('success', 'Item added to cart!')

      return redirect('/products', {
        headers: {
          'Set-Cookie': await storage.commitSession(session),
        },
      })
    }

    const requestWith = (cookie?: string) =>
      new Request('http://localhost/', cookie === undefined ? {} : { headers: { Cookie: cookie } })

    function redirected(response: unknown, location: string): string {
      assert.ok(response instanceof Response)
      assert.equal(response.headers.get('Location'), location)
      return cookieOf(response.headers.getSetCookie()[0]!)
    }

    it('sends visitors to the login with a message', async () => {
      const cookie = redirected(await loader({ request: requestWith() }), '/login')
      const login = await storage.getSession(cookie)
      assert.equal(login.get('error'), 'Please log in to continue')
    })

    it('shows the message of an action on the next page', async () => {
      const visitor = await storage.getSession()
      visitor.set('userId', 'alice')
      const cookie = cookieOf(await storage.commitSession(visitor))

      updateUserProfile = async () => {}
      const updated = redirected(await action({ request: requestWith(cookie) }), '/profile')
      assert.deepEqual(await loader({ request: requestWith(updated) }), {
        user: { id: 'alice', name: 'Alice' },
        successMessage: 'Profile updated successfully!',
      })

      updateUserProfile = async () => {
        throw new Error('The name is taken')
      }
      const failed = await action({ request: requestWith(cookie) })
      assert.ok(!(failed instanceof Response))
      assert.deepEqual(failed.data, { error: 'The name is taken' })
      const setCookie = new Headers(failed.init!.headers).getSetCookie()[0]!
      const next = await storage.getSession(cookieOf(setCookie))
      assert.equal(next.get('error'), 'The name is taken')
    })

    it('fills a cart, request by request', async () => {
      const add = async (productId: string, cookie?: string) =>
        redirected(
          await addToCart({ request: requestWith(cookie), params: { productId } }),
          '/products',
        )
      const cookie = await add('coat', await add('hat'))
      const session = await storage.getSession(cookie)
      assert.deepEqual(session.get('cart'), ['hat', 'coat'])
      assert.equal(session.get('success'), 'Item added to cart!')
    })
  })

  it('takes what is missing, damaged or too big for what it is', async () => {
    let storage = createCookieSessionStorage({
      cookie: { secrets: ['secret'] },
    })

    {
      let session = await storage.getSession(null)
      let session2 = await storage.getSession('')
      let session3 = await storage.getSession('invalid')
      for (const empty of [session, session2, session3]) {
        assert.deepEqual([empty.id, empty.data], ['', {}])
      }
    }

    {
      let session = await storage.getSession('__session=corrupted.signature')
      assert.equal(session.id, '')
      assert.equal(session.get('anything'), undefined)
    }

    let message: string | undefined
    try {
      let session = await storage.getSession()
      session.set('data', 'x'.repeat(5000))
      await storage.commitSession(session)
    } catch (error) {
      message = (error as Error).message
    }
    assert.match(String(message), /^Cookie length will exceed browser maximum\. Length: \d{4}$/)
  })

  describe('has the functions of its reference', () => {
    it('createCookieSessionStorage(), createMemorySessionStorage(): all options may be left out', async () => {
      const storages: SessionStorage[] = [
        createCookieSessionStorage(),
        createMemorySessionStorage(),
        createFileSessionStorage({ dir: directory }),
      ]
      for (const storage of storages) {
        const session = await storage.getSession()
        session.set('color', 'blue')
        const setCookie = await storage.commitSession(session)
        assert.match(setCookie, /^__session=/)
        assert.equal((await storage.getSession(cookieOf(setCookie))).get('color'), 'blue')
      }
    })

    it('createSession(initialData?, id?), isSession(object)', () => {
      const session: Session = createSession({ color: 'blue' }, 'an-id')
      assert.equal(session.id, 'an-id')
      assert.equal(createSession().id, '')
      assert.deepEqual(session.data, { color: 'blue' })
      assert.equal(session.has('color'), true)
      assert.equal(session.get('color'), 'blue')
      session.set('color', 'red')
      session.flash('notice', 'painted')
      const data: FlashSessionData<{ color: string }, { notice: string }> = session.data
      assert.deepEqual(data, { color: 'red', __flash_notice__: 'painted' })
      session.unset('color')
      assert.equal(session.has('color'), false)
      for (const other of [null, undefined, 'session', 1, [], { ...session, flash: undefined }]) {
        assert.equal(isSession(other), false)
      }
    })

    it('SessionIdStorageStrategy, for storages of one’s own', async () => {
      let kept: FlashSessionData<{ color: string }, { notice: string }> | null = null
      const strategy: SessionIdStorageStrategy<{ color: string }, { notice: string }> = {
        createData: async (data) => {
          kept = data
          return 'the-only-one'
        },
        readData: async (id) => (id === 'the-only-one' ? kept : null),
        updateData: async (_, data) => {
          kept = data
        },
        deleteData: async () => {
          kept = null
        },
      }
      const storage = createSessionStorage(strategy)
      const session = await storage.getSession()
      session.set('color', 'blue')
      session.flash('notice', 'painted')
      const setCookie = await storage.commitSession(session)
      const next = await storage.getSession(cookieOf(setCookie))
      assert.equal(next.id, 'the-only-one')
      assert.equal(next.get('notice'), 'painted')
      assert.ok(isPast(await storage.destroySession(next)))
      assert.equal(kept, null)
    })
  })
})

/** Creates, reads, updates and deletes through a storage that was made of four functions. */
async function behavesLikeAStorage(storage: SessionStorage, count: () => number): Promise<void> {
  const session = await storage.getSession()
  session.set('user', 'Alice')
  assert.equal(count(), 0)
  const cookie = cookieOf(await storage.commitSession(session))
  assert.equal(count(), 1)

  const second = await storage.getSession(cookie)
  assert.equal(second.get('user'), 'Alice')
  second.set('user', 'Bob')
  await storage.commitSession(second)
  assert.equal(count(), 1)

  const third = await storage.getSession(cookie)
  assert.equal(third.get('user'), 'Bob')
  assert.ok(isPast(await storage.destroySession(third)))
  assert.equal(count(), 0)
  assert.deepEqual((await storage.getSession(cookie)).data, {})
}
