// Compiled, never run: Remix's storages and ours in each other's place.
import { createCookie as createRemixCookie, type Cookie as RemixCookie } from '@remix-run/cookie'
import { createRouter, type MiddlewareContext } from '@remix-run/fetch-router'
import {
  createSession as createRemixSession,
  Session as RemixSessionClass,
  type Session as RemixSession,
  type SessionStorage as RemixSessionStorage,
} from '@remix-run/session'
import { createMemorySessionStorage as createRemixMemoryStorage } from '@remix-run/session/memory-storage'
import { session as remixSession } from '@remix-run/session-middleware'
import {
  createSession,
  Session,
  type Cookie,
  type ForeignSessionStorage,
  type SessionStorage,
} from 'coatcheck'
import { session as bothSessions, toRemixCookie, toRemixStorage } from 'coatcheck/compat/remix'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { session } from 'coatcheck/fetch-router'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { exactly } from './equal.ts'

type Data = { count: number }
type RemixSessionData = RemixSession['data']

/** A class's public members only: mapping drops the private ones. */
type Public<T> = { [K in keyof T]: T[K] }

export function classesWithPrivateFieldsFitNothingElse(ours: Session, theirs: RemixSession): void {
  // @ts-expect-error -- `#private` of another class
  const remix: RemixSession = ours
  // @ts-expect-error -- and the other way round
  const mine: Session = theirs
  // @ts-expect-error -- so the storages do not fit either
  const remixStorage: RemixSessionStorage = createMemorySessionStorage()
  // @ts-expect-error -- nor in this direction
  const storage: SessionStorage = createRemixMemoryStorage()
  // @ts-expect-error -- a class that has everything they declare, and is not that class
  const other: RemixSession = theirs as Public<RemixSession>
  class Sub extends RemixSessionClass {}
  const subclass: RemixSession = new Sub()
  void [remix, mine, remixStorage, storage, other, subclass]
}

/** All that differs is the private field. */
export function everythingElseFits(ours: Session, typed: Session<Data>): void {
  const all: Public<RemixSession> = ours
  // @ts-expect-error -- Remix's storages have no types of their own: any key goes
  const typedAll: Public<RemixSession> = typed
  const data: RemixSessionData = ours.data
  void [all, typedAll, data]
}

export function oursInRemix(cookie: RemixCookie): void {
  const storages = [
    createMemorySessionStorage(),
    createCookieSessionStorage(),
    createFsSessionStorage('./sessions'),
    createMemorySessionStorage<Data, { notice: string }>(),
  ]
  for (const storage of storages) {
    exactly<RemixSessionStorage>()(toRemixStorage(storage))
    remixSession(cookie, toRemixStorage(storage))
    remixSession(
      toRemixCookie(createCookie('session', { secrets: ['x'] })),
      toRemixStorage(storage),
    )
  }
  // @ts-expect-error -- without the function
  remixSession(cookie, createMemorySessionStorage())
  // @ts-expect-error -- it is for ours
  toRemixStorage(createRemixMemoryStorage())
}

export function remixInOurs(cookie: Cookie): void {
  const storage = createRemixMemoryStorage()
  const serve = withSession({ cookie, storage }, (request, current) => {
    exactly<Request>()(request)
    exactly<RemixSession>()(current)
    exactly<unknown>()(current.get('count'))
    current.regenerateId(true)
    // @ts-expect-error -- Remix's sessions have no login()
    current.login('ada')
    return new Response()
  })
  exactly<(request: Request) => Promise<Response>>()(serve)
  withSession({ cookie, storage, onStoreError: () => new Response() }, () => new Response())
  // @ts-expect-error -- a handler answers with a Response
  withSession({ cookie, storage }, () => 'a page')

  const router = createRouter({ middleware: [session(cookie, storage)] })
  router.get('/', (context) => {
    exactly<RemixSession>()(context.get(Session))
    exactly<RemixSession>()(context.session)
    context.session.flash('notice', 'hello')
    // @ts-expect-error -- Remix's sessions have no delete()
    context.session.delete('notice')
    return new Response()
  })
  session(cookie, storage, { onStoreError: () => new Response() })
  // @ts-expect-error -- our middleware takes our cookie
  session(createRemixCookie('session'), storage)
  // @ts-expect-error -- a storage has save()
  session(cookie, { read: (value: string | null) => storage.read(value) })
  const counting = { ...storage, read: async (_: string | null, n = 1) => storage.read(`${n}`) }
  // @ts-expect-error -- what ours ask for comes second, so nothing else may
  session(cookie, counting)
}

export function underBothKeys(cookie: Cookie): void {
  const storage = createMemorySessionStorage<Data, { notice: string }>()
  const router = createRouter({ middleware: [bothSessions(cookie, storage)] })
  router.get('/', (context) => {
    exactly<Session<Data, { notice: string }>>()(context.get(Session))
    exactly<Session<Data, { notice: string }>>()(context.session)
    exactly<RemixSession>()(context.get(RemixSessionClass))
    return new Response()
  })
  type Context = MiddlewareContext<[ReturnType<typeof bothSessions>]>
  const handle = ({ get }: Context) => {
    exactly<Session>()(get(Session))
    exactly<RemixSession>()(get(RemixSessionClass))
    return new Response()
  }
  router.get('/named', handle)

  const theirs = createRouter({ middleware: [bothSessions(cookie, createRemixMemoryStorage())] })
  theirs.get('/', (context) => {
    exactly<RemixSession>()(context.get(Session))
    exactly<RemixSession>()(context.get(RemixSessionClass))
    return new Response()
  })
  // @ts-expect-error -- our middleware takes our cookie
  bothSessions(createRemixCookie('session'), storage)
}

/** A storage of one's own, over sessions of one's own, needs no library's types. */
export function anybodysInOurs(cookie: Cookie): void {
  interface Visit {
    id: string
    destroyed: boolean
    pages: string[]
  }
  class Visits implements ForeignSessionStorage<Visit> {
    async read(value: string | null): Promise<Visit> {
      return { id: value ?? '', destroyed: false, pages: [] }
    }
    async save(visit: Visit): Promise<string> {
      return visit.id
    }
  }
  withSession({ cookie, storage: new Visits() }, (_, visit) => {
    exactly<Visit>()(visit)
    return new Response()
  })
}

export function sameArguments(id: string, initial: RemixSessionData): void {
  createRemixSession(id, initial)
  createSession(id, initial)
  createSession(id)
  createSession()
  const [values, flash] = createSession(id, initial).data
  void [values['name'], flash['notice']]
  // @ts-expect-error -- values and flash messages are a pair, as there
  createRemixSession(id, { name: 'Ada' })
  // @ts-expect-error -- the same
  createSession(id, { name: 'Ada' })
}
