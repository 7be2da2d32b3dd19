import type { StandardSchema } from '../../core/record/schema.ts'
import { equal, failsWith, same } from '../expect.ts'
import { visit, type StorageCase } from './visit.ts'

type Values = Record<string, unknown>
type Issue = { path?: string[] }

/** A schema as libraries make them: a number, a list of texts, a text that it trims, and nothing else. */
function validate(value: unknown): { value: Values } | { issues: Issue[] } {
  const { n, list, name, theme = 'light', from, to, ...others } = value as Values
  const issues: Issue[] = []
  if (n !== undefined && typeof n !== 'number') issues.push({ path: ['n'] })
  const isList = list === undefined || Array.isArray(list)
  if (!isList) issues.push({ path: ['list'] })
  else if (list?.some((one: unknown) => typeof one !== 'string')) {
    issues.push({ path: ['list', '0'] })
  }
  if (Object.keys(others).length > 0) issues.push({})
  if (Number(from) > Number(to)) issues.push({ path: ['to'] })
  if (issues.length > 0) return { issues }
  const trimmed = name === undefined ? {} : { name: (name as string).trim() }
  return { value: { n, list, theme, from, to, ...trimmed } }
}

const schema: StandardSchema<Values> = { '~standard': { version: 1, vendor: 'test', validate } }
const asynchronous: StandardSchema<Values> = {
  '~standard': { version: 1, vendor: 'test', validate: async (value) => validate(value) },
}

function thrownBy(action: () => unknown): Error & { code?: string; key?: string } {
  try {
    action()
  } catch (error) {
    return error as Error
  }
  throw new Error('It was accepted')
}

/** What a schema has to say about values that the app sets. */
export const schemaCases: readonly StorageCase[] = [
  {
    name: 'refuses a value that does not fit the schema at once, by its key, and keeps the one before',
    async run({ createStorage, gate }) {
      const storage = createStorage({ schema })
      const { cookie } = await visit(storage, null, (s) => s.set('n', 1))
      const writes = gate?.calls.write
      const session = await storage.read(cookie)
      for (const [key, value] of Object.entries({ n: 'secret', list: [5], unknown: 'secret' })) {
        for (const put of [() => session.set(key, value), () => session.update(key, () => value)]) {
          const { code, key: named, message } = thrownBy(put)
          same([code, named, message.includes('secret')], ['ERR_SESSION_SCHEMA', key, false])
        }
      }
      same([session.get('n'), session.has('list'), session.dirty], [1, false, false])
      equal(await storage.save(session), null)
      equal(gate?.calls.write, writes)
    },
  },
  {
    name: 'judges objects that were changed in place by the schema, before anything is written',
    async run({ createStorage }) {
      const storage = createStorage({ schema })
      const { cookie } = await visit(storage, null, (s) => s.set('list', ['a']))
      const session = await storage.read(cookie)
      session.get('list').push(5)
      await failsWith('ERR_SESSION_SCHEMA', () => storage.save(session))
      const other = await storage.read(cookie)
      const list: unknown[] = ['b']
      other.set('list', list)
      list.push(5)
      await failsWith('ERR_SESSION_SCHEMA', () => storage.save(other))
      await failsWith('ERR_SESSION_SCHEMA', () => other.update('list', (all: unknown) => all))
      same((await storage.read(cookie)).get('list'), ['a'])
    },
  },
  {
    name: 'judges what an update makes of the value that another request left',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage({ schema })
      const { cookie } = await visit(storage, null, (s) => s.set('n', 1))
      const session = await storage.read(cookie)
      session.update('n', (n: number) => (n === 1 ? 2 : 'two'))
      await visit(storage, cookie, (s) => s.set('n', 5))
      await failsWith('ERR_SESSION_SCHEMA', () => storage.save(session))
      equal((await storage.read(cookie)).get('n'), 5)
    },
  },
  {
    name: 'stores what was set as it was set, shows what the schema makes of it, and stores no default',
    async run({ createStorage }) {
      const storage = createStorage({ schema })
      const first = await visit(storage, null, (s) => s.set('name', ' Ada '))
      const second = await visit(storage, first.cookie, (s) => {
        same([s.get('name'), s.get('theme')], ['Ada', 'light'])
        s.set('n', 1)
      })
      same((await createStorage().read(second.cookie)).data[0], { name: ' Ada ', n: 1 })
      const third = await visit(storage, second.cookie, (s) => {
        s.update('theme', (theme: string) => `${theme}er`)
      })
      same((await createStorage().read(third.cookie)).get('theme'), 'lighter')
    },
  },
  {
    name: 'takes what the schema makes of an object for no change of it, also after a save (P10)',
    async run({ createStorage }) {
      const { cookie } = await visit(createStorage(), null, (s) => s.set('cart', { n: 1 }))
      const withDefault = ({ cart, ...others }: Values) => ({
        cart: { to: 'home', ...(cart as object) },
        ...others,
      })
      const shown: StandardSchema<Values> = {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value) => ({ value: withDefault(value as Values) }),
        },
      }
      const session = await createStorage({ schema: shown }).read(cookie)
      same(session.get('cart'), { to: 'home', n: 1 })
      session.set('a', 1)
      const saved = await createStorage({ schema: shown }).save(session)
      equal(session.dirty, false)
      same((await createStorage().read(saved)).get('cart'), { n: 1 })
    },
  },
  {
    name: 'judges a value beside the others that are there',
    async run({ createStorage }) {
      const storage = createStorage({ schema })
      const session = await storage.read(null)
      session.set('to', 3)
      session.set('from', 5)
      await failsWith('ERR_SESSION_SCHEMA', () => session.set('to', 4))
      session.set('to', 6)
      same([session.get('from'), session.get('to')], [5, 6])
    },
  },
  {
    name: 'asks no schema about messages, and about keys that are removed',
    async run({ createStorage }) {
      const storage = createStorage({ schema })
      const first = await visit(storage, null, (s) => {
        s.flash('n', 'a message')
        s.set('list', ['a'])
      })
      const second = await visit(storage, first.cookie, (s) => {
        equal(s.get('n'), 'a message')
        s.set('list', null)
        s.update('n', () => null)
      })
      equal((await storage.read(second.cookie)).has('list'), false)
    },
  },
  {
    name: 'refuses an asynchronous schema, when a value is set and when one is read',
    async run({ createStorage }) {
      const storage = createStorage({ schema: asynchronous })
      const session = await storage.read(null)
      await failsWith('ERR_SESSION_CONFIG', () => session.set('n', 1))
      const { cookie } = await visit(createStorage(), null, (s) => s.set('n', 1))
      await failsWith('ERR_SESSION_CONFIG', () => storage.read(cookie))
    },
  },
]
