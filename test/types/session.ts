// Compiled, never run: what Session<Data, Flash> lets through.
import { createSession, isSession, Session } from 'coatcheck'
import { exactly } from './equal.ts'

type Data = { count: number; cart: { product: string }[]; both: number; theme: 'light' | 'dark' }
type Flash = { notice: string; both: boolean }

export function typed(session: Session<Data, Flash>): void {
  exactly<number | undefined>()(session.get('count'))
  exactly<{ product: string }[] | undefined>()(session.get('cart'))
  exactly<string | undefined>()(session.get('notice'))
  exactly<number | boolean | undefined>()(session.get('both'))
  // @ts-expect-error -- no such key
  session.get('cuont')
  // @ts-expect-error -- a value may be missing
  session.get('count').toFixed()

  session.set('count', 1)
  session.set('theme', 'dark')
  session.set('count', null)
  session.set('count', undefined)
  // @ts-expect-error -- another type
  session.set('count', 'one')
  // @ts-expect-error -- not one of the two
  session.set('theme', 'blue')
  // @ts-expect-error -- no such key
  session.set('nothing', 1)
  // @ts-expect-error -- a flash message is no value
  session.set('notice', 'hello')

  session.flash('notice', 'hello')
  session.flash('notice', null)
  session.flash('both', true)
  // @ts-expect-error -- another type
  session.flash('notice', 1)
  // @ts-expect-error -- the type of the value, not of the message
  session.flash('both', 1)
  // @ts-expect-error -- a value is no flash message
  session.flash('count', 1)

  exactly<number | undefined>()(session.update('count', (count = 0) => count + 1))
  session.update('count', () => null)
  // @ts-expect-error -- returns another type
  session.update('count', (count) => `${count}`)
  // @ts-expect-error -- returns nothing
  session.update('count', () => undefined)
  // @ts-expect-error -- a value may be missing
  session.update('count', (count) => count + 1)
  // @ts-expect-error -- a flash message cannot be updated
  session.update('notice', () => 'hello')

  session.has('count')
  session.has('notice')
  session.unset('cart')
  session.delete('cart')
  session.keep('notice', 'both')
  // @ts-expect-error -- no such key
  session.has('nothing')
  // @ts-expect-error -- no such key
  session.delete('nothing')
  // @ts-expect-error -- not a flash message
  session.keep('count')

  exactly<[values: Partial<Data>, flash: Partial<Flash>]>()(session.data)
  exactly<string | undefined>()(session.userId)
  exactly<number | undefined>()(session.authenticatedAt)
  exactly<boolean | undefined>()(session.persistent)
  session.persist(true)
  // @ts-expect-error -- what a form says is no boolean
  session.persist('on')
  session.login('ada', { label: 'Firefox' })
  // @ts-expect-error -- ids are strings
  session.login(42)
  // @ts-expect-error -- the id is ours to give
  session.id = 'mine'
  // @ts-expect-error -- no such option
  session.login('ada', { name: 'Firefox' })
}

/** One type: values and messages share it. */
export function oneType(session: Session<Data>): void {
  session.flash('count', 1)
  exactly<number | undefined>()(session.get('count'))
}

/** No type: anything goes. */
export function untyped(session: Session): void {
  session.set('anything', { at: 'all' })
  session.flash('anything', 1)
  const name: string = session.get('name')
  session.update('n', (n) => (n ?? 0) + 1)
  void name
}

export function made(value: unknown): void {
  exactly<Session<Data, Flash>>()(createSession<Data, Flash>())
  const values: Data = { count: 1, cart: [], both: 1, theme: 'dark' }
  exactly<Session<Data>>()(createSession<Data>(undefined, [values]))
  if (isSession(value)) exactly<Session>()(value)
  if (Session.isSession(value)) exactly<Session>()(value)
}
