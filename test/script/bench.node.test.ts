import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

interface Contestant {
  name: string
  kind: string
  workload: string | string[]
}

const bench = new URL('../../../bench/', import.meta.url)
const { contestants } = (await import(new URL('contestants/coatcheck.mjs', bench).href)) as {
  contestants: Contestant[]
}
const { prepare } = (await import(new URL('lib/visitors.mjs', bench).href)) as {
  prepare(contestant: Contestant, context: object): Promise<{ close?(): unknown }>
}

/** `prepare` itself sees to it that a contestant reads what it wrote, and counts where it should. */
describe('what the benchmarks measure of ours', () => {
  for (const contestant of contestants) {
    const workload = [contestant.workload].flat()[0]!
    if (contestant.kind !== 'ours' || !['cookie', 'memory'].includes(workload)) continue
    for (const mode of ['ro', 'rw']) {
      it(`${contestant.name} works, ${mode}`, async () => {
        const context = { workload, mode, data: { count: 1 }, inFlight: 1 }
        const { close } = await prepare(contestant, context)
        assert.equal(await close?.(), undefined)
      })
    }
  }
})
