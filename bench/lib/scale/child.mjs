// One line of one table of the workload S, in a process of its own.
import { open } from './backends.mjs'
import { tables } from './tables.mjs'

const [id, backend, context] = process.argv.slice(2)
const { ms, ...settings } = JSON.parse(context)

try {
  const opened = await open(backend, settings)
  const points = await tables[id].run(opened, backend, ms)
  await opened.close()
  process.send({ points })
} catch (error) {
  process.send({ error: String(error?.message ?? error) })
}
process.disconnect()
setTimeout(() => process.exit(), 200).unref()
