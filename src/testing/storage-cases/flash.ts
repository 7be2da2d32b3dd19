import { equal, same } from '../expect.ts'
import { visit, type StorageCase } from './visit.ts'

/** Messages for the next page. */
export const flashCases: readonly StorageCase[] = [
  {
    name: 'shows a flash message on the next request, and on no other',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => {
        s.flash('message', 'saved')
        equal(s.get('message'), undefined)
        equal(s.has('message'), false)
        same(s.data, [{}, { message: 'saved' }])
      })
      const second = await visit(storage, first.cookie, (s) => {
        equal(s.has('message'), true)
        equal(s.get('message'), 'saved')
        equal(s.get('message'), 'saved')
        equal(s.size, 1)
      })
      const third = await visit(storage, second.cookie)
      equal(third.session.get('message'), undefined)
      equal(third.session.size, 0)
    },
  },
  {
    name: 'uses a message up on the next page even if nobody reads it',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.flash('message', 'saved'))
      const second = await visit(storage, first.cookie)
      const third = await visit(storage, second.cookie)
      equal(third.session.get('message'), undefined)
    },
  },
  {
    name: 'neither shows nor uses up messages on a prefetch or HEAD',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.flash('message', 'saved'))
      const none = { flashUse: () => 'none' as const }
      const prefetch = await visit(
        storage,
        first.cookie,
        (s) => s.set('seen', s.has('message')),
        none,
      )
      equal(prefetch.session.get('seen'), false)
      await visit(storage, prefetch.cookie, (s) => equal(s.get('message'), 'saved'))
    },
  },
  {
    name: 'uses up on a fetch what was read, and nothing else',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => {
        s.flash('read', 1)
        s.flash('unread', 2)
      })
      const read = { flashUse: () => 'read' as const }
      const image = await visit(storage, first.cookie, () => {}, read)
      equal(image.saved, null)
      const fetched = await visit(storage, image.cookie, (s) => equal(s.get('read'), 1), read)
      const page = await storage.read(fetched.cookie)
      same([page.get('read'), page.get('unread')], [undefined, 2])
    },
  },
  {
    name: 'carries messages on with keep and reflash',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => {
        s.flash('kept', 1)
        s.flash('dropped', 2)
      })
      const second = await visit(storage, first.cookie, (s) => s.keep('kept', 'unknown'))
      const third = await visit(storage, second.cookie, (s) => {
        same([s.get('kept'), s.get('dropped')], [1, undefined])
        s.flash('new', 3)
        s.reflash()
      })
      const fourth = await visit(storage, third.cookie, (s) => {
        same([s.get('kept'), s.get('new')], [1, 3])
      })
      const fifth = await storage.read(fourth.cookie)
      equal(fifth.size, 0)
    },
  },
  {
    name: 'lets a value win over a message of its name, and unset removes both',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => {
        s.set('key', 'value')
        s.flash('key', 'message')
      })
      const second = await storage.read(first.cookie)
      equal(second.get('key'), 'value')
      equal(second.size, 1)
      const third = await visit(storage, first.cookie, (s) => {
        s.flash('key', 'next')
        s.unset('key')
        equal(s.has('key'), false)
      })
      const { session } = await visit(storage, third.cookie)
      equal(session.size, 0)
    },
  },
  {
    name: 'takes a message of this request back',
    async run({ createStorage }) {
      const storage = createStorage()
      const { saved } = await visit(storage, null, (s) => {
        s.flash('message', 'hasty')
        s.flash('message', null)
      })
      equal(saved, null)
    },
  },
]
