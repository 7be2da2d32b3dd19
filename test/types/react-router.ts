// Compiled, never run: the types of coatcheck/compat/react-router, beside those of React Router itself.
import { createCookie as createOurCookie, type SessionStorage as CoreStorage } from 'coatcheck'
import * as ours from 'coatcheck/compat/react-router'
import type * as remix from '@remix-run/server-runtime'
import * as theirs from 'react-router'
import { exactly } from './equal.ts'

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

/** The typed example of seed 001. */
export async function typed(): Promise<void> {
  const typedStorage = ours.createCookieSessionStorage<UserData, FlashData>({
    cookie: { secrets: ['secret'] },
  })

  const session = await typedStorage.getSession()

  session.set('userId', '123')
  session.set('role', 'admin')
  // @ts-expect-error -- no such role
  session.set('role', 'invalid')

  session.flash('successMessage', 'Done!')
  session.flash('errorMessage', 'Oops!')
  // @ts-expect-error -- no such message
  session.flash('invalidKey', 'Bad')

  const userId: string | undefined = session.get('userId')
  const role: 'admin' | 'user' | undefined = session.get('role')
  const success: string | undefined = session.get('successMessage')
  void [userId, role, success]

  exactly<string | undefined>()(session.get('userId'))
  exactly<'admin' | 'user' | undefined>()(session.get('role'))
  exactly<string | undefined>()(session.get('successMessage'))
  exactly<string>()(session.id)
  exactly<boolean>()(session.has('warningMessage'))
  exactly<string | undefined>()(session.data.userId)
  exactly<string | undefined>()(session.data.__flash_successMessage__)

  // @ts-expect-error -- a message is no value
  session.set('successMessage', 'Done!')
  // @ts-expect-error -- a value is no message
  session.flash('userId', '123')
  // @ts-expect-error -- only values can be removed
  session.unset('successMessage')
  // @ts-expect-error -- no such key
  session.get('other')
  // @ts-expect-error -- no such key
  session.has('other')
  // @ts-expect-error -- read only
  session.id = 'mine'
  // @ts-expect-error -- read only
  session.data = {}
  // @ts-expect-error -- flash data is not among the data by its plain name
  void session.data.successMessage

  await typedStorage.commitSession(session, { maxAge: undefined })
  await typedStorage.commitSession(session, { login: 'ada' })
  // @ts-expect-error -- a Date, and no number
  await typedStorage.commitSession(session, { expires: 60 })
  // @ts-expect-error -- no such option
  await typedStorage.commitSession(session, { ttl: 60 })
  const other = ours.createMemorySessionStorage<{ other: number }>()
  // @ts-expect-error -- another storage's session
  await other.commitSession(session)
}

export async function untyped(): Promise<void> {
  const session = await ours.createMemorySessionStorage().getSession()
  session.set('anything', { at: 'all' })
  session.flash('anything', 1)
  const text: string = session.get('anything')
  exactly<ours.Session>()(session)
  exactly<ours.Session<{ a: number }>>()(ours.createSession({ a: 1 }))
  exactly<ours.Session>()(ours.createSession())
  const something: unknown = session
  if (ours.isSession(something)) exactly<ours.Session>()(something)
  if (ours.isCookie(something)) exactly<ours.Cookie>()(something)
  void text
}

interface Strategy<Data, Flash> extends ours.SessionIdStorageStrategy<Data, Flash> {}

export async function storages(
  core: CoreStorage,
  strategy: Strategy<UserData, FlashData>,
  theirStrategy: theirs.SessionIdStorageStrategy<UserData, FlashData>,
): Promise<void> {
  const cookies = [
    undefined,
    { secrets: ['secret'] },
    ours.createCookie('sid'),
    theirs.createCookie('sid'),
    createOurCookie('sid', { secrets: ['secret'] }),
  ]
  const made: ours.SessionStorage<UserData, FlashData>[] = cookies.flatMap((cookie) => [
    ours.createCookieSessionStorage<UserData, FlashData>({ cookie }),
    ours.createMemorySessionStorage<UserData, FlashData>({ cookie }),
    ours.createFileSessionStorage<UserData, FlashData>({ cookie, dir: './sessions' }),
    ours.createSessionStorage({ ...strategy, cookie }),
    ours.createSessionStorage(theirStrategy),
    ours.toReactRouterStorage<UserData, FlashData>(cookie ?? {}, core),
  ])
  // @ts-expect-error -- where to?
  ours.createFileSessionStorage({ cookie: {} })
  // @ts-expect-error -- no such option
  ours.createCookieSessionStorage({ cookie: { secret: 'secret' } })
  // @ts-expect-error -- a strategy can also delete
  ours.createSessionStorage({
    createData: async () => '',
    readData: async () => null,
    updateData: async () => {},
  })
  void made
}

/* What applications have, and functions of others that take it. */

declare function takesStorage<Data, Flash>(storage: theirs.SessionStorage<Data, Flash>): void
declare function takesSession<Data, Flash>(session: theirs.Session<Data, Flash>): void
declare function takesUntyped(storage: theirs.SessionStorage, session: theirs.Session): void
declare function takesCookie(cookie: theirs.Cookie): void

export async function oursAreTheirs(
  storage: ours.SessionStorage<UserData, FlashData>,
  session: ours.Session<UserData, FlashData>,
  untypedStorage: ours.SessionStorage,
  untypedSession: ours.Session,
  cookie: ours.Cookie,
  cookieOptions: Omit<ours.CookieOptions, 'sameSite'>,
): Promise<void> {
  const asStorage: theirs.SessionStorage<UserData, FlashData> = storage
  const asSession: theirs.Session<UserData, FlashData> = session
  const asUntypedStorage: theirs.SessionStorage = untypedStorage
  const asUntypedSession: theirs.Session = untypedSession
  const asCookie: theirs.Cookie = cookie
  const asOptions: theirs.CookieOptions = cookieOptions
  const asData: theirs.FlashSessionData<UserData, FlashData> = session.data
  const isSession: theirs.IsSessionFunction = ours.isSession
  const isCookie: theirs.IsCookieFunction = ours.isCookie
  const createCookie: typeof theirs.createCookie = ours.createCookie
  // Without these TypeScript would look for them in the methods, and find something else.
  takesStorage<UserData, FlashData>(storage)
  takesSession<UserData, FlashData>(session)
  takesUntyped(untypedStorage, untypedSession)
  takesCookie(cookie)
  exactly<theirs.FlashSessionData<UserData, FlashData>>()(session.data)
  await theirs.createMemorySessionStorage<UserData, FlashData>().commitSession(session)
  theirs.createMemorySessionStorage({ cookie })
  const { getSession, commitSession, destroySession } = storage
  const bare: theirs.SessionStorage<UserData, FlashData> = {
    getSession,
    commitSession,
    destroySession,
  }
  void [asStorage, asSession, asUntypedStorage, asUntypedSession, asCookie, asOptions, asData]
  void [isSession, isCookie, createCookie, bare]
}

export async function theirsAreOurs(
  storage: theirs.SessionStorage<UserData, FlashData>,
  session: theirs.Session<UserData, FlashData>,
  cookie: theirs.Cookie,
  cookieOptions: theirs.CookieOptions,
  strategy: theirs.SessionIdStorageStrategy<UserData, FlashData>,
): Promise<void> {
  const asStorage: ours.SessionStorage<UserData, FlashData> = storage
  const asSession: ours.Session<UserData, FlashData> = session
  const asCookie: ours.Cookie = cookie
  const asOptions: ours.CookieOptions = cookieOptions
  const asStrategy: ours.SessionIdStorageStrategy<UserData, FlashData> = strategy
  const sharedStrategy: theirs.SessionIdStorageStrategy<UserData, FlashData> = {
    createData: async () => '',
    readData: async () => null,
    updateData: async () => {},
    deleteData: async () => {},
  }
  await ours.createMemorySessionStorage<UserData, FlashData>({ cookie }).commitSession(session)
  ours.createMemorySessionStorage({ cookie: cookieOptions })
  const made: ours.SessionStorage<UserData, FlashData> = ours.createSessionStorage<
    UserData,
    FlashData
  >(sharedStrategy)
  void [asStorage, asSession, asCookie, asOptions, asStrategy, made]
}

export async function oursAreOfRemix(
  storage: ours.SessionStorage<UserData, FlashData>,
  session: ours.Session<UserData, FlashData>,
  cookie: ours.Cookie,
): Promise<void> {
  const asStorage: remix.SessionStorage<UserData, FlashData> = storage
  const asSession: remix.Session<UserData, FlashData> = session
  const asCookie: remix.Cookie = cookie
  const untyped: remix.SessionStorage = ours.createMemorySessionStorage()
  void [asStorage, asSession, asCookie, untyped]
}

export async function ofRemixAreOurs(
  storage: remix.SessionStorage<UserData, FlashData>,
  session: remix.Session<UserData, FlashData>,
  cookie: remix.Cookie,
  cookieOptions: remix.CookieOptions,
  strategy: remix.SessionIdStorageStrategy<UserData, FlashData>,
): Promise<void> {
  const asStorage: ours.SessionStorage<UserData, FlashData> = storage
  const asSession: ours.Session<UserData, FlashData> = session
  const asStrategy: ours.SessionIdStorageStrategy<UserData, FlashData> = strategy
  const made = [{ cookie }, { cookie: cookieOptions }].map(ours.createMemorySessionStorage)
  void [asStorage, asSession, asStrategy, made]
}
