import type { Session } from '../../core/session/session.ts'
import { equal, ok, same } from '../expect.ts'
import type { Gate } from '../gate.ts'
import { type AdapterCase, type AdapterHandler, withApp } from './app.ts'

const look: AdapterHandler = (session) => ({ json: [session.get('name'), session.get('notice')] })

async function named(session: Session, name: string): Promise<void> {
  session.set('name', name)
  await session.commit()
}

/** What the code of the error is that this throws. */
function codeOf(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return undefined
}

/** Handlers that save before they end. */
export const commits: readonly AdapterCase[] = [
  {
    name: 'a handler that commits has saved before its stream begins, and the stream changes nothing more',
    async run(fixture) {
      const writes: number[] = []
      let running!: Gate
      await withApp(
        fixture,
        {
          '/stream': async (session) => {
            await named(session, 'Ada')
            writes.push(running.calls.write)
            await session.commit()
            writes.push(running.calls.write)
            async function* body(): AsyncGenerator<string> {
              yield `${session.get('name')}: `
              yield String(codeOf(() => session.set('name', 'Eve')))
            }
            return { stream: body() }
          },
          '/look': look,
        },
        async ({ browser, gate }) => {
          running = gate
          const visitor = browser()
          const response = await visitor.send('/stream')
          equal(response.headers.getSetCookie().length, 1)
          ok(/cookie/i.test(response.headers.get('vary') ?? ''))
          equal(await response.text(), 'Ada: ERR_SESSION_COMMITTED')
          same(writes, [1, 1])
          same(JSON.parse(await visitor.text('/look')), ['Ada', null])
        },
      )
    },
  },
  {
    name: 'a handler that fails after its commit has saved nevertheless',
    run: (fixture) =>
      withApp(
        fixture,
        {
          '/begin': (session) => {
            session.flash('notice', 'welcome')
            return { text: 'ok' }
          },
          '/throw': async (session) => {
            await named(session, 'Ada')
            throw new Error('a mistake in the app, after the commit')
          },
          '/look': look,
        },
        async ({ browser }) => {
          const visitor = browser()
          await visitor.text('/begin')
          equal((await visitor.send('/throw')).status, 500)
          same(JSON.parse(await visitor.text('/look')), ['Ada', null])
        },
      ),
  },
  {
    name: 'a commit that fails throws to its handler, which may let it pass or try again',
    async run(fixture) {
      const codes: unknown[] = []
      await withApp(
        fixture,
        {
          '/begin': (session) => {
            session.set('name', 'Ada')
            return { text: 'ok' }
          },
          '/pass': async (session) => {
            await named(session, 'Eve')
            return { text: 'saved' }
          },
          '/again': async (session) => {
            await named(session, 'Grace').catch((error: { code: string }) => codes.push(error.code))
            session.flash('notice', 'at last')
            await session.commit()
            return { text: 'saved' }
          },
          '/look': look,
        },
        async ({ browser, gate }) => {
          const visitor = browser()
          await visitor.text('/begin')
          gate.fail('write', new Error('full'))
          const response = await visitor.send('/pass')
          ok(response.status >= 500)
          ok(!(await response.text()).includes('saved'))
          same(JSON.parse(await visitor.text('/look')), ['Ada', null])
          gate.fail('write', new Error('full'))
          equal(await visitor.text('/again'), 'saved')
          same(codes, ['ERR_SESSION_STORE'])
          same(JSON.parse(await visitor.text('/look')), ['Grace', 'at last'])
        },
      )
    },
  },
]
