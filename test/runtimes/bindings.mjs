/*
 * Serves D1 and Durable Objects to other processes: test/workerd/bindings.ts in workerd.
 *   node test/runtimes/bindings.mjs PORT FOLDER
 * What they keep is in files of that folder, and there again when this is started again.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Miniflare } from 'miniflare'

const [port, folder] = process.argv.slice(2)
process.chdir(fileURLToPath(new URL('../..', import.meta.url)))
// It reads the package's entries from where it is.
const { collectModules } = await import('./worker-modules.mjs')

const miniflare = new Miniflare({
  // Past the Worker that miniflare puts before ours: without it a request costs half as much.
  unsafeDirectSockets: [{ host: '127.0.0.1', port: Number(port) }],
  modules: collectModules('.build/test/workerd/bindings.js'),
  compatibilityDate: '2024-01-01',
  bindings: { PID: process.pid },
  d1Databases: ['DB'],
  d1Persist: join(folder, 'd1'),
  durableObjects: { SESSIONS: { className: 'SessionDurableObject', useSQLite: true } },
  durableObjectsPersist: join(folder, 'objects'),
})

process.once('SIGTERM', async () => {
  await miniflare.dispose()
  process.exit()
})
