import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Limit, limits } from './limits.ts'
import { Stage } from './stage.ts'

const seeds = Array.from({ length: 10 }, (_, seed) => String(seed))

async function play({ play, may, shows, maxAge }: Limit, seed: string): Promise<boolean> {
  const stage = new Stage({ seed, maxAge, patience: 'short' })
  try {
    return await stage.time.run(async () => {
      await play(stage)
      await stage.settle()
      const last = await stage.act('page')
      const story = [`seed ${seed}`, ...stage.trace].join('\n')
      assert.ok(may.includes(last.says.userId), story)
      for (const userId of ['alice', 'bob']) {
        const sessions = await stage.server.storage.sessionsOf(userId)
        assert.ok(sessions.length <= 1, `${userId} has ${sessions.length} sessions\n${story}`)
      }
      return shows(last)
    })
  } finally {
    await stage.server.close()
  }
}

describe('what the order of responses may do, and no server can mend:', () => {
  for (const [title, limit] of Object.entries(limits)) {
    it(title, async () => {
      let shown = 0
      for (const seed of seeds) if (await play(limit, seed)) shown++
      assert.ok(shown > 0, 'It does not happen any more: take it out of the docs')
    })
  }
})
