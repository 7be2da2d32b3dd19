import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { RunningExample } from './built-app.ts'
import { Guest } from './guest.ts'

/** What the example app of each framework does: the same pages, under the framework's own server. */
export function describeExample(name: string, start: () => Promise<RunningExample>): void {
  describe(`the example app of ${name}`, () => {
    let app: RunningExample

    before(async () => {
      app = await start()
    })
    after(() => app?.close())

    async function guest(agent = 'browser'): Promise<Guest> {
      const one = new Guest(app.origin, agent)
      await one.open()
      return one
    }

    async function loggedIn(agent?: string, name = 'ada'): Promise<Guest> {
      const one = await guest(agent)
      await one.press('Log in', { name })
      return one
    }

    it('gives a stranger no cookie', async () => {
      const stranger = new Guest(app.origin, 'browser')
      const [response] = await stranger.open()
      assert.equal(response!.status, 200)
      assert.deepEqual(response!.headers.getSetCookie(), [])
      assert.match(response!.headers.get('cache-control') ?? '', /private|no-store/)
      assert.equal(stranger.heading, 'Good evening')
    })

    it('logs in with a redirect that carries the cookie, and welcomes once', async () => {
      const visitor = await guest()
      await visitor.press('Add')
      const planted = visitor.copy()
      const before = visitor.cookie
      const [login, page] = await visitor.press('Log in', { name: 'ada' })
      assert.ok([302, 303].includes(login!.status), String(login!.status))
      const [line = '', ...others] = login!.headers.getSetCookie()
      assert.deepEqual(others, [])
      assert.match(line, app.isInDevelopment ? /^(__Host-)?session=./ : /^__Host-session=./)
      assert.equal(page!.status, 200)
      assert.notEqual(visitor.cookie, before)
      assert.deepEqual([visitor.heading, visitor.items], ['Good evening, ada', 1])
      assert.equal(visitor.notice, 'Welcome, ada')
      await visitor.open()
      assert.deepEqual([visitor.heading, visitor.notice], ['Good evening, ada', ''])
      await planted.open()
      assert.deepEqual([planted.heading, planted.items], ['Good evening', 0])
    })

    it('loses nothing of forms that are sent at the same time', async () => {
      const visitor = await guest()
      await visitor.press('Add')
      const answers = await Promise.all(Array.from({ length: 8 }, () => visitor.send('Add')))
      for (const answer of answers) assert.ok(answer.status < 400)
      await visitor.open()
      assert.equal(visitor.items, 9)
    })

    it('sends a stranger back from a guarded page, with a message', async () => {
      const stranger = await guest()
      await stranger.open('/account')
      assert.deepEqual([stranger.heading, stranger.notice], ['Good evening', 'Please log in first'])
      const visitor = await loggedIn()
      await visitor.open('/account')
      assert.equal(visitor.heading, 'The account of ada')
    })

    it('shows the devices of a user, and ends one of them from another', async () => {
      const [desk, phone] = [await loggedIn('desk', 'grace'), await loggedIn('phone', 'grace')]
      await desk.open()
      const names = desk.devices.map((text) => text.split(' ')[0])
      assert.deepEqual(names.sort(), ['desk', 'phone'])
      await desk.press('End')
      assert.equal(desk.devices.length, 1)
      await phone.open()
      assert.equal(phone.heading, 'Good evening')
    })

    it('ends the session with the logout, for every copy of the cookie', async () => {
      const visitor = await loggedIn()
      const thief = visitor.copy()
      await visitor.press('Log out')
      assert.deepEqual([visitor.heading, visitor.cookie], ['Good evening', undefined])
      await thief.open()
      assert.equal(thief.heading, 'Good evening')
    })
  })
}
