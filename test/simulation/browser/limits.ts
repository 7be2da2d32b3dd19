import type { Exchange } from './exchange.ts'
import type { Stage } from './stage.ts'

/*
 * What no server can mend, because the browser has one cookie of a name and takes the response that comes last. Each
 * is told in docs/security.md as well. Nothing of it shows one visitor what belongs to another.
 */

export interface Limit {
  play(stage: Stage): Promise<unknown>
  /** Who may be logged in when all is over. */
  may: (string | undefined)[]
  /** The outcome that shows the limit: it does happen. */
  shows: (last: Exchange) => boolean
  maxAge?: number
}

const day = 86_400_000
const isNobody = ({ says }: Exchange) => says.userId === undefined

export const limits: Record<string, Limit> = {
  // Both passwords were right. One of the two takes the other's place in the jar.
  'two users log in at once': {
    async play(stage) {
      await stage.act('add')
      const both = ['alice', 'bob'].map((userId) => stage.act('login', { userId }))
      await Promise.all(both)
    },
    may: ['alice', 'bob'],
    shows: ({ says }) => says.userId === 'bob',
  },

  // The second login comes with an id that the first one has ended, and such an id sees nothing.
  'two clicks on "log in", and what the session held before': {
    async play(stage) {
      await stage.act('add')
      const first = stage.act('login', { downlink: 500 })
      await stage.time.delay(300)
      await Promise.all([first, stage.act('login', { downlink: 500 })])
    },
    may: ['alice'],
    shows: ({ says }) => says.list.length === 0,
  },

  // The second login ends the first one's session, and then the first one's answer takes its place.
  'two clicks on "log in", answered in the other order': {
    async play(stage) {
      await stage.act('add')
      const first = stage.act('login', { before: 0, after: 0, downlink: 2000 })
      await stage.time.delay(100)
      await Promise.all([first, stage.act('login', { downlink: 0 })])
    },
    may: ['alice', undefined],
    shows: isNobody,
  },

  // A cookie that would run out is sent again with an answer that left before the login, and arrives after it.
  'an ageing cookie is renewed while its visitor logs in': {
    // It ages after a tenth of this.
    maxAge: 10 * (day / 1000),
    async play(stage) {
      await stage.act('add')
      await stage.time.delay(0.9 * day)
      await stage.act('add')
      await stage.time.delay(0.2 * day)
      const visit = stage.visit('add', { uplink: 0, before: 0, after: 0, downlink: 3000 })
      await stage.time.delay(500)
      await stage.act('login')
      await visit
    },
    may: ['alice', undefined],
    shows: isNobody,
  },

  // The id before is known for five seconds. After that it may be all that somebody has whose login got lost.
  'a write travels to the server for longer than an ended id is known': {
    async play(stage) {
      await stage.act('add')
      const stray = stage.visit('add', { uplink: 8000, downlink: 0 })
      await stage.act('login')
      await stray
    },
    may: ['alice', undefined],
    shows: isNobody,
  },

  // Nothing is left of a session that has ended: whoever comes with its id, and writes, begins a new one.
  'a write under an ended session reaches the server after its end, and its answer the browser after the next login':
    {
      async play(stage) {
        await stage.act('add')
        await stage.act('login')
        const stray = stage.visit('add', { uplink: 400, downlink: 9000 })
        await stage.act('logout', { downlink: 0 })
        await stage.act('login')
        await stray
      },
      may: ['alice', undefined],
      shows: isNobody,
    },

  // There is no session yet that would tell that the two are of one visitor.
  'the first requests of a visitor are a login and a write': {
    async play(stage) {
      const write = stage.visit('add', { downlink: 3000 })
      await stage.act('login')
      await write
    },
    may: ['alice', undefined],
    shows: isNobody,
  },
}
