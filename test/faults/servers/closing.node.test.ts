import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { missing } from '../../services/index.ts'
import { startProxy } from '../proxy.ts'
import { backends } from './backends.ts'
import { assertFailure, begin, count, valuesOf } from './visits.ts'

/** In seconds. A pool that was ended says nothing to those who still wait for a connection. */
const patience = 2

for (const [name, backend] of Object.entries(backends)) {
  describe(`${name}, closed under load`, { skip: missing(backend.service) }, () => {
    it('loses no count that was acknowledged, and may be closed twice', async (t) => {
      const server = await backend.start()
      const proxy = await startProxy(server.port)
      const closing = await backend.open(proxy.port, patience)
      const checking = await backend.open(server.port, patience)
      t.after(async () => {
        await checking.close()
        await proxy.close()
        await server.stop()
      })
      const cookies = await Promise.all(
        Array.from({ length: 10 }, () => begin(closing.storage, { n: 0 })),
      )
      await proxy.use({ kind: 'latency', ms: 5, jitter: 10 })
      let done = 0
      const counts = cookies.map(async (cookie) => {
        for (let counted = 0; counted < 1000; counted++) {
          try {
            await count(closing.storage, cookie)
            done++
          } catch (error) {
            assertFailure(error)
            return counted
          }
        }
        return assert.fail('it was not closed')
      })
      // On a busy machine the first takes its time.
      while (done < cookies.length) await new Promise((resolve) => setTimeout(resolve, 10))
      await Promise.all([closing.storage.close(), closing.storage.close()])
      await closing.close()
      const acknowledged = await Promise.all(counts)
      assert.ok(acknowledged.some((n) => n > 0))
      for (const [visitor, cookie] of cookies.entries()) {
        const { n } = await valuesOf(checking.storage, cookie)
        assert.ok(n === acknowledged[visitor] || n === acknowledged[visitor]! + 1)
      }
      await closing.storage.close()
    })
  })
}
