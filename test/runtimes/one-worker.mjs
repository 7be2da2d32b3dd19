/*
 * Serves a Worker without Node compatibility, from the folder of the package that it imports.
 *   node test/runtimes/one-worker.mjs PORT FILE
 */
import { Miniflare } from 'miniflare'
import { collectModules } from './worker-modules.mjs'

const [port, file] = process.argv.slice(2)
const miniflare = new Miniflare({
  port: Number(port),
  modules: collectModules(file),
  compatibilityDate: '2025-06-01',
  bindings: { SESSION_SECRET: process.env.SESSION_SECRET },
})

process.once('SIGTERM', async () => {
  await miniflare.dispose()
  process.exit()
})
