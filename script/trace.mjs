// Started by script/trace. The requests run here; a worker stops this thread at every function of ours.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'

const usage = `script/trace [--verbose] [--dist=FOLDER]
  --verbose       every call, not only how many there are
  --dist=FOLDER   the dist/ of another checkout, to compare`
const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    verbose: { type: 'boolean' },
    dist: { type: 'string', default: 'dist' },
  },
})
if (values.help) {
  console.log(usage)
  process.exit()
}

const recording = new Int32Array(new SharedArrayBuffer(4))
const dist = `${resolve(values.dist)}/`
const worker = new Worker(new URL('lib/trace-worker.mjs', import.meta.url), {
  workerData: { dist, recording },
})
await once(worker, 'message')

const { exports } = JSON.parse(readFileSync(`${dist}../package.json`, 'utf8'))
const load = (entry) => import(pathToFileURL(resolve(dist, '..', exports[entry].default)).href)
const { createSessionStorage } = await load('.')
const { createCookie } = await load('./cookie')
const { withSession } = await load('./fetch')
const { createMemorySessionStorage, createMemoryStore } = await load('./memory-storage')
const { createGate } = await load('./testing')

const handlers = {
  first: (session) => session.set('count', 1),
  read: (session) => session.get('count'),
  set: (session) => session.set('count', 2),
  login: (session) => session.login('user-1'),
}
const cookie = createCookie('session', { secrets: ['kX0-long-and-nobody-depends-on-it-7Qz'] })
const gate = createGate(createMemoryStore())
const plain = appOn(createMemorySessionStorage())
const gated = appOn(createSessionStorage(gate.store))

const requests = {
  read: () => visit(plain, 'read'),
  set: () => visit(plain, 'set'),
  login: () => visit(plain, 'login'),
  'save after a conflict': () => visit(gated, 'set', overtake),
}
const settle = async () => {
  for (const request of Object.values(requests)) await request()
}
// Until everything is made that is made once.
for (let i = 0; i < 3; i++) await settle()
await ask('watch')
for (let i = 0; i < 8; i++) {
  await settle()
  if ((await ask('take')).wrong.length === 0) break
}
for (const [name, request] of Object.entries(requests)) {
  await request()
  const { calls, wrong } = await ask('take')
  if (wrong.length > 0) throw new Error(`The trace does not show each call of ${wrong.join(', ')}`)
  report(name, calls)
}
await worker.terminate()

function appOn(storage) {
  return withSession({ cookie, storage }, (request, session) => {
    handlers[new URL(request.url).pathname.slice(1)](session)
    return new Response()
  })
}

/** A visitor's second request, recorded. */
async function visit(app, path, meanwhile = () => {}) {
  const first = await app(new Request('https://shop.example/first'))
  const [session] = first.headers.get('Set-Cookie').split(';')
  const send = () =>
    app(new Request(`https://shop.example/${path}`, { headers: { cookie: session } }))
  const other = meanwhile(send)
  record(true)
  await send()
  record(false)
  await other
}

/** Another request of the same visitor writes between the read and the save. */
async function overtake(send) {
  const held = gate.hold('write')
  await held.reached
  record(false)
  await send()
  record(true)
  held.release()
}

function record(on) {
  recording[0] = Number(on)
}

async function ask(task) {
  worker.postMessage(task)
  const [answer] = await once(worker, 'message')
  return answer
}

/** A room of core, a file in its hall, or another folder of dist/. */
function roomOf(file) {
  const [folder, room] = file.replace(/\.js$/, '').split('/')
  return folder === 'core' ? room : folder
}

/**
 * A hop is a call from one file of ours to another, and the app's own call is the first. Reading a property is none, even
 * where a getter answers.
 */
function report(name, everything) {
  const calls = everything.filter((call) => !call.name.startsWith('get '))
  const hops = calls.filter(({ caller, file }) => caller !== file)
  const between = hops.filter(
    ({ caller, file }) => caller === undefined || roomOf(caller) !== roomOf(file),
  )
  const files = new Set(calls.map(({ file }) => file))
  const rooms = new Set(calls.map(({ file }) => roomOf(file)))
  console.log(
    `\n${name}: ${hops.length} hops between ${files.size} files, ${between.length} of them between ${rooms.size} rooms`,
  )
  console.log(values.verbose ? walk(calls) : way(between))
}

/** From room to room. Where the next call came from a room that the way had left, it begins anew there. */
function way(between) {
  let at = 'app'
  const steps = between.map(({ caller, file }) => {
    const from = caller === undefined ? at : roomOf(caller)
    const step = from === at ? '' : `; ${from}`
    at = roomOf(file)
    return `${step} → ${at}`
  })
  return `  app${steps.join('')}`
}

function walk(calls) {
  return calls
    .map(({ depth, file, name, caller }) => {
      const mark = caller === file ? ' ' : '→'
      return `${mark} ${'  '.repeat(depth)}${file} ${name || '(callback)'}`
    })
    .join('\n')
}
