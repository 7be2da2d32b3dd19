// One contestant in a process of its own, whose requests are profiled once its code is compiled.
import { Session } from 'node:inspector/promises'
import { sessionData, sizes } from './payload.mjs'
import { prepare } from './visitors.mjs'

const warmUpCalls = 20_000
const calls = 40_000
/** Microseconds between two looks at the stack. */
const samplingInterval = 200

const { workload, name, size, mode, visitors } = JSON.parse(process.argv[2])
const { contestants } = await import('../contestants/coatcheck.mjs')
const contestant = contestants.find((row) => row.name === name && row.workload === workload)
const context = { workload, mode, data: sessionData(sizes[size]), visitors }
const { callsFor, close } = await prepare(contestant, context)
const [call] = callsFor(1)

for (let made = 0; made < warmUpCalls; made++) await call()
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: samplingInterval })
await session.post('Profiler.start')
for (let made = 0; made < calls; made++) await call()
const { profile } = await session.post('Profiler.stop')
await close?.()
process.send(profile, () => process.exit())
