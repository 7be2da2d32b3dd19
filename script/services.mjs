import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { runCommand } from './lib/services/command.mjs'
import { missing, services } from './lib/services/index.mjs'
import { endService, loadState, runningServers, saveState } from './lib/services/state.mjs'

const commands = { run, start, status, stop }
const [name = '', ...args] = process.argv.slice(2)

if (Object.hasOwn(commands, name)) {
  try {
    process.exitCode = await commands[name](args)
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
} else {
  console.error(`Usage: script/services run [NAME ... --] COMMAND ... | start [NAME ...] | status | stop [NAME ...]
Names: ${Object.keys(services).join(' ')}; without one, all of them`)
  process.exitCode = 2
}

async function run(args) {
  const end = args.indexOf('--')
  const names = args.slice(0, Math.max(end, 0))
  const command = args.slice(end + 1)
  if (command.length === 0) throw new Error('script/services run: which command?')
  return runCommand(command, () => startAll(names))
}

async function start(names) {
  const state = loadState()
  const wanted = namesOf(names)
  for (const name of wanted) {
    // Of a machine that was switched off, or of servers that were killed.
    if (state[name] !== undefined && !isWhole(state[name])) {
      await endService(state[name])
      delete state[name]
    }
  }
  const absent = wanted.filter((name) => state[name] === undefined)
  const started = absent.length > 0 ? await startAll(names, absent) : {}
  for (const [name, service] of Object.entries(started)) state[name] = service.describe()
  // In this order: whenever this ends early, either the state knows of them or they end too.
  saveState(state)
  await Promise.all(Object.values(started).map((service) => service.release()))

  for (const name of wanted) printVariables(state[name])
}

function status() {
  for (const [name, service] of Object.entries(loadState())) {
    const pids = runningServers(service).map(({ pid }) => pid)
    const count = `${pids.length} of ${service.servers.length} running`
    console.log(`# ${name}: ${count}, pids ${pids.join(' ') || 'none'}, ${service.folder}`)
    printVariables(service)
  }
}

async function stop(names) {
  const state = loadState()
  for (const name of namesOf(names)) {
    if (state[name] === undefined) continue
    await endService(state[name])
    delete state[name]
    saveState(state)
  }
}

/** Starts services at the same time: all of these or none. What is not installed must have been asked for by name. */
async function startAll(asked, names = namesOf(asked)) {
  const bootstrap = fileURLToPath(new URL('bootstrap', import.meta.url))
  execFileSync(bootstrap, ['services', ...names], { stdio: ['ignore', 2, 'inherit'] })

  const started = {}
  const failures = []
  await Promise.all(
    names.map(async (name) => {
      if (asked.length === 0 && missing(name)) return console.error(`No ${name}: ${missing(name)}`)
      try {
        started[name] = await services[name].start()
      } catch (error) {
        failures.push(`${name}: ${error.message}`)
      }
    }),
  )
  if (failures.length === 0) return started
  await Promise.all(Object.values(started).map((service) => service.stop()))
  throw new Error(failures.join('\n'))
}

function namesOf(names) {
  const unknown = names.filter((name) => !Object.hasOwn(services, name))
  const known = Object.keys(services)
  if (unknown.length === 0) return names.length > 0 ? names : known
  throw new Error(`No such service: ${unknown.join(', ')}. There are: ${known.join(' ')}`)
}

function isWhole(service) {
  return runningServers(service).length === service.servers.length
}

function printVariables(service) {
  for (const [name, value] of Object.entries(service?.env ?? {})) console.log(`${name}=${value}`)
}
