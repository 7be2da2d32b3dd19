import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { Server } from './server.ts'
import { temporaryFolder } from '../../storages/temporary-folder.ts'

const users = Array.from({ length: 20 }, (_, i) => `user ${i}`)
const second = 1000
const day = 86_400 * second

describe('the end of all sessions of a user, between processes', () => {
  const running: Server[] = []
  after(() => Promise.all(running.map((server) => server.stop())))

  async function start(...clocks: number[]): Promise<Server[]> {
    const directory = temporaryFolder()
    const servers = await Promise.all(clocks.map((ahead) => Server.start(directory, ahead)))
    running.push(...servers)
    return servers
  }

  for (const apart of [2, -2]) {
    const how = apart > 0 ? 'ahead' : 'behind'
    it(`reaches logins under way on a server whose clock is two seconds ${how}`, async () => {
      const [wrong, right] = await start(apart * second, 0)
      await wrong!.begin(users)
      await right!.revokeAll(users)
      const cookies = await wrong!.save()
      const alive = (await right!.whose(cookies)).filter((userId) => userId !== null)
      assert.deepEqual(alive, [])
    })
  }

  it('reaches sessions that a server with a clock far ahead calls expired', async () => {
    const [late, right] = await start(2 * day, 0)
    const cookies = await right!.login(users)
    await late!.revokeAll(users)
    const alive = (await right!.whose(cookies)).filter((userId) => userId !== null)
    assert.deepEqual(alive, [])
  })

  it('by a server whose clock is a day ahead locks nobody out', async () => {
    const [wrong, right] = await start(day, 0)
    await wrong!.revokeAll(users)
    assert.deepEqual(await right!.whose(await right!.login(users)), users)
  })
})
