import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { services } from '../../script/lib/services/index.mjs'
import { compare } from './compare.mjs'

const bootstrap = fileURLToPath(new URL('../../script/bootstrap', import.meta.url))

/** Compares on a server of its own, which ends with this process, if not before. */
export async function compareOn(name, comparison, settings) {
  // A server that no table needs would only be in the way.
  if (!comparison.tables.some(({ id }) => settings.wantsTable(id))) return []
  const service = await startService(name)
  if (service === undefined) return []
  try {
    const { url, hosts } = service
    const context = { url, host: hosts?.[0] }
    // A request waits for the server most of the time, so few of them fit into a short one.
    const longer = { ...settings, ms: settings.ms * 3 }
    return await compare({ workload: name, context, by: 'clock', ...comparison }, longer)
  } finally {
    await service.stop()
  }
}

/** A machine without the server still has the other workloads: then the reason is printed. */
export async function startService(name) {
  execFileSync(bootstrap, ['services', name], { stdio: ['ignore', 2, 'inherit'] })
  try {
    return await services[name].start()
  } catch (error) {
    console.error(`\nWithout ${name}: ${error.message}`)
    return undefined
  }
}
