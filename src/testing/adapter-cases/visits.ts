import { equal, failsWith, ok, same } from '../expect.ts'
import type { Session } from '../../core/session/session.ts'
import { type AdapterCase, withApp } from './app.ts'

const count = (session: Session): number =>
  session.update('n', (n) => ((n as number | undefined) ?? 0) + 1) as number

const counter = {
  '/count': (session: Session) => ({ json: { n: count(session) } }),
  '/look': (session: Session) => ({ json: { n: session.get('n') ?? null } }),
  '/nothing': () => ({ text: 'for everybody' }),
}

/** What handlers find and what is kept. */
export const visits: readonly AdapterCase[] = [
  {
    name: 'a visitor finds the session of the last request',
    run: (fixture) =>
      withApp(fixture, counter, async ({ browser }) => {
        const visitor = browser()
        for (const n of [1, 2, 3]) same(JSON.parse(await visitor.text('/count')), { n })
        same(JSON.parse(await browser().text('/look')), { n: null })
      }),
  },
  {
    name: 'no change of requests at the same time is lost',
    run: (fixture) =>
      withApp(fixture, counter, async ({ browser }) => {
        const visitor = browser()
        await visitor.text('/count')
        const responses = await Promise.all(
          Array.from({ length: 12 }, () => visitor.send('/count', { method: 'POST' })),
        )
        for (const response of responses) equal(response.status, 200)
        same(JSON.parse(await visitor.text('/look')), { n: 13 })
      }),
  },
  {
    name: 'the response leaves when the session is saved, and not before',
    run: (fixture) =>
      withApp(fixture, counter, async ({ browser, gate }) => {
        const visitor = browser()
        const held = gate.hold('write')
        let hasLeft = false
        const leaving = visitor.send('/count').then(() => (hasLeft = true))
        await held.reached
        // Another response, which is longer on its way than the first would be.
        await browser().text('/nothing')
        equal(hasLeft, false)
        held.release()
        await leaving
        same(JSON.parse(await visitor.text('/look')), { n: 1 })
      }),
  },
  {
    name: 'a change after the response has left throws',
    async run(fixture) {
      const sessions: Session[] = []
      const keep = (session: Session) => {
        sessions.push(session)
        return { text: String(count(session)) }
      }
      await withApp(fixture, { '/keep': keep }, async ({ browser }) => {
        await browser().text('/keep')
        await failsWith('ERR_SESSION_COMMITTED', () => sessions[0]!.set('n', 5))
      })
    },
  },
  {
    name: 'who does not touch the session leaves no trace of it',
    run: (fixture) =>
      withApp(fixture, counter, async ({ browser, gate }) => {
        const visitor = browser()
        const response = await visitor.send('/nothing')
        equal(await response.text(), 'for everybody')
        equal(response.headers.getSetCookie().length, 0)
        ok(!/cookie/i.test(response.headers.get('vary') ?? ''))
        await visitor.text('/count')
        const before = gate.calls.write
        await visitor.text('/nothing')
        equal(gate.calls.write, before)
      }),
  },
  {
    name: 'shared caches keep no page that depends on a session, and none that sets a cookie',
    run: (fixture) =>
      withApp(fixture, counter, async ({ browser }) => {
        const visitor = browser()
        const setting = await visitor.send('/count')
        ok(setting.headers.getSetCookie().length === 1)
        ok(/no-store/.test(setting.headers.get('cache-control') ?? ''))
        ok(/cookie/i.test(setting.headers.get('vary') ?? ''))
        const looking = await visitor.send('/look')
        equal(looking.headers.getSetCookie().length, 0)
        ok(/private|no-store/.test(looking.headers.get('cache-control') ?? ''))
        ok(/cookie/i.test(looking.headers.get('vary') ?? ''))
      }),
  },
  {
    name: 'two cookies on one request have a session each',
    needs: 'several sessions',
    async run(fixture) {
      const both = (session: Session, second?: Session) => ({
        json: [count(session), count(second!) + count(second!)],
      })
      await withApp(
        fixture,
        { '/both': both },
        async ({ browser }) => {
          const visitor = browser()
          same(JSON.parse(await visitor.text('/both')), [1, 3])
          equal(visitor.cookies.length, 2)
          same(JSON.parse(await visitor.text('/both')), [2, 7])
        },
        { hasSecond: true },
      )
    },
  },
]
