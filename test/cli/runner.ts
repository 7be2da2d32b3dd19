/*
 * A process that runs the command line whenever it is told to: Node and the package are loaded once, which takes a
 * hundred times as long as most commands.
 */
import process from 'node:process'
import type { Ran } from './run.ts'

export interface Order {
  args: string[]
  env: Record<string, string | undefined>
}

const program = new URL('../../../dist/cli/coatcheck.js', import.meta.url).href
const inherited = { ...process.env }
let count = 0

process.on('message', async ({ args, env }: Order) => {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, inherited, env)
  process.argv = [process.execPath, 'coatcheck', ...args]
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (text: string | Uint8Array) => {
      said[name] += String(text)
      return true
    }
  }
  // Under another name it is another module, which runs.
  count++
  await import(`${program}?${count}`)
  const status = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  process.send!({ status, ...said } satisfies Ran)
})
process.on('disconnect', () => process.exit())
