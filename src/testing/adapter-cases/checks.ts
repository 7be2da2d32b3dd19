import { createSessionCheck, type SessionVerdict } from '../../core/serving/session-check.ts'
import { needsStepUp, requireLevel, requireRecentLogin } from '../../core/session/require-login.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, ok, same } from '../expect.ts'
import { type AdapterApp, type AdapterCase, type Reply, withApp } from './app.ts'
import type { Browser } from './browser.ts'

/** Why the session does not do for a payment, if so. */
function reasonOf(session: Session): string {
  try {
    requireRecentLogin(session, 300)
    requireLevel(session, 1)
    return 'none'
  } catch (error) {
    return (error as { reason: string }).reason
  }
}

const logIn = (userId: string) => (session: Session) => {
  session.login(userId, { level: 1, context: { browser: 'Firefox' } })
  session.set('cart', ['scarf'])
  return { text: 'ok' }
}

const handlers: AdapterApp['handlers'] = {
  '/login': logIn('ada'),
  '/login-as-grace': logIn('grace'),
  '/look': (session) => ({ json: [session.userId ?? null, session.get('cart')] }),
  '/pay': (session) => ({ json: [needsStepUp(session), reasonOf(session)] }),
  '/confirm': (session): Reply => {
    session.reauthenticate()
    return { json: [needsStepUp(session), reasonOf(session)] }
  },
  '/set': (session) => {
    session.set('cart', ['hat'])
    return { text: 'ok' }
  },
  '/logout': (session) => {
    session.destroy()
    return { text: 'ok' }
  },
  '/fail-after-logout': (session) => {
    session.destroy()
    throw new Error('a mistake in the app, after the logout')
  },
}

/** Says what the request asks for. */
const check = createSessionCheck(({ context }, { headers }) => {
  equal(context?.['browser'], 'Firefox')
  return (headers.get('x-verdict') ?? 'keep') as SessionVerdict
})

/** What a case does with the app above and that check. */
const checking =
  (use: Parameters<typeof withApp>[2]): AdapterCase['run'] =>
  (fixture) =>
    withApp(fixture, handlers, use, { options: { check } })

const asking = (verdict: string) => ({ headers: { 'X-Verdict': verdict } })

async function seen(browser: Browser, path: string, verdict = 'keep'): Promise<unknown> {
  return (await browser.send(path, asking(verdict))).json()
}

const adas = ['ada', ['scarf']]
const nothing = [null, null]

/** What the app says of sessions before handlers see them. */
export const checks: readonly AdapterCase[] = [
  {
    name: 'a check is asked of stored sessions alone, with the request that they came with',
    async run(fixture) {
      const asked: unknown[] = []
      const noting = createSessionCheck(async ({ userId }, { method, url, headers }) => {
        asked.push([userId, method, new URL(url).pathname, headers.get('x-verdict')])
        return 'keep' as const
      })
      const use = async ({ browser }: { browser(): Browser }) => {
        const visitor = browser()
        same(await seen(visitor, '/look'), nothing)
        await visitor.text('/login')
        same(asked, [])
        same(await seen(visitor, '/look'), adas)
        same(asked, [['ada', 'GET', '/look', 'keep']])
      }
      await withApp(fixture, handlers, use, { options: { check: noting } })
    },
  },
  {
    name: 'a session that needs a step-up is shown, and passes no check of its login until the user proves who they are (ASVS 7.5.3)',
    run: checking(async ({ browser }) => {
      const visitor = browser()
      await visitor.text('/login')
      same(await seen(visitor, '/pay'), [false, 'none'])
      same(await seen(visitor, '/look', 'step-up'), adas)
      same(await seen(visitor, '/pay', 'step-up'), [true, 'changed'])
      same(await seen(visitor, '/confirm', 'step-up'), [false, 'none'])
      same(await seen(visitor, '/pay'), [false, 'none'])
    }),
  },
  {
    name: 'nothing is shown of a session that is refused, and it lives on with its cookie',
    run: checking(async ({ browser }) => {
      const visitor = browser()
      await visitor.text('/login')
      const response = await visitor.send('/look', asking('refuse'))
      same(await response.json(), nothing)
      equal(response.headers.getSetCookie().length, 0)
      ok(/cookie/i.test(response.headers.get('vary') ?? ''), 'it depends on the cookie')
      same(await seen(visitor, '/look'), adas)
      const other = visitor.copy()
      await other.send('/set', asking('refuse'))
      same(await seen(visitor, '/look'), adas)
      equal(other.cookies[0] === visitor.cookies[0], false)
    }),
  },
  {
    name: 'a session that is refused ends by a logout and by a login of its user, and by nobody else’s login',
    run: checking(async ({ browser }) => {
      const visitor = browser()
      await visitor.text('/login')
      await visitor.copy().send('/login-as-grace', asking('refuse'))
      same(await seen(visitor, '/look'), adas)
      const other = visitor.copy()
      await other.send('/login', asking('refuse'))
      same(await seen(visitor, '/look'), nothing)
      for (const path of ['/logout', '/fail-after-logout']) {
        await other.text('/login')
        const copy = other.copy()
        await copy.send(path, asking('refuse'))
        same(await seen(other, '/look'), nothing, path)
      }
    }),
  },
  {
    name: 'a session that a check ends is over for everybody who has it, and the browser forgets the cookie',
    run: checking(async ({ browser }) => {
      const visitor = browser()
      await visitor.text('/login')
      const [thief, buyer] = [visitor.copy(), visitor.copy()]
      same(await seen(visitor, '/look', 'end'), nothing)
      equal(visitor.cookies.length, 0)
      same(await seen(thief, '/look'), nothing)
      await thief.text('/login')
      await thief.copy().send('/set', asking('end'))
      same(await seen(thief, '/look'), nothing)
      await buyer.text('/login')
      const before = buyer.cookies[0]
      await buyer.send('/set', asking('end'))
      equal(buyer.cookies.length, 1)
      equal(buyer.cookies[0] === before, false)
    }),
  },
  {
    name: 'where a check fails, or says nothing that is known, the request fails and the session is not shown',
    async run(fixture) {
      const failing = createSessionCheck((_, { headers }) => {
        const verdict = headers.get('x-verdict')
        if (verdict === 'throw') throw new Error('a mistake in the check')
        return verdict as SessionVerdict
      })
      const use = async ({ browser }: { browser(): Browser }) => {
        const visitor = browser()
        await visitor.text('/login')
        for (const verdict of ['throw', 'yes']) {
          const response = await visitor.send('/look', asking(verdict))
          equal(response.status, 500, verdict)
          equal(response.headers.getSetCookie().length, 0)
          ok(!(await response.text()).includes('scarf'))
        }
        same(await seen(visitor, '/look'), adas)
      }
      await withApp(fixture, handlers, use, { options: { check: failing } })
    },
  },
]
