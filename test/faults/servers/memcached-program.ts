/*
 * A program of an app that does one thing, and then has nothing more to do. It says what it did and, when it ends by
 * itself, so.
 *   node memcached-program.js several-addresses PORT     its host has an address that refuses and one that serves
 *   node memcached-program.js closed-while-waiting PORT  nobody answers, and it closes the storage
 */
import dns from 'node:dns'
import { createMemcacheSessionStorage, createMemcacheStore } from 'coatcheck/memcache-storage'

const [scenario, port] = process.argv.slice(2)
process.on('beforeExit', () => console.log('ended'))
process.on('unhandledRejection', (reason) => console.log('unhandled', reason))

if (scenario === 'several-addresses') {
  const addresses = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }))
  const lookup = (...args: unknown[]): void => {
    const answer = args.at(-1) as (error: null, found: typeof addresses) => void
    process.nextTick(answer, null, addresses)
  }
  Object.assign(dns, { lookup })
  const storage = createMemcacheSessionStorage(`cache.test:${port}`)
  const session = await storage.read(null)
  session.set('n', 1)
  console.log(typeof (await storage.save(session)))
}

if (scenario === 'closed-while-waiting') {
  const store = createMemcacheStore(`127.0.0.1:${port}`, { timeout: 0.3 })
  const options = { replaces: null, expiresAt: Date.now() + 60_000 }
  const asked = [store.read('a'), store.write('b', 'value', options), store.delete('c')]
  const outcomes = Promise.allSettled(asked)
  await store.close()
  console.log((await outcomes).map(({ status }) => status).join())
}
