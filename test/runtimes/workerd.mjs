/*
 * Runs the cases of test/workerd/ in workerd, each in a request of its own, and writes the outcome as TAP.
 *   node test/runtimes/workerd.mjs REPORT [compatibility flag ...]
 * Without flags at a date before Node's modules were to be had: the standards alone. There `npm test` leaves out the rules of all
 * storages on D1, Durable Objects and KV, which it has with flags; `script/test --all` has them twice.
 */
import { writeFileSync } from 'node:fs'
import { kCurrentWorker, Miniflare } from 'miniflare'
import { collectModules } from './worker-modules.mjs'

const [report, ...compatibilityFlags] = process.argv.slice(2)
const isBrief = process.env.TEST_BRIEFLY === '1'
const leavesOut = isBrief && compatibilityFlags.length === 0
const compatibilityDate = compatibilityFlags.length > 0 ? '2026-07-01' : '2024-01-01'

const worker = `
  import { cases, serve } from './.build/test/workerd/cases.js'
  export { KeyValueObject, SqliteObject } from './.build/test/workerd/cases.js'

  export default {
    async fetch(request, env) {
      const { search, searchParams } = new URL(request.url)
      const index = searchParams.get('case')
      if (index === null && search !== '') return serve(request, env)
      if (index === null) return Response.json(cases.map(({ name, isOnBinding }) => ({ name, isOnBinding })))
      try {
        await cases[index].run(env)
        return new Response('')
      } catch (error) {
        return new Response(String(error?.stack ?? error), { status: 500 })
      }
    },
  }
`

const miniflare = new Miniflare({
  modules: [
    { type: 'ESModule', path: 'worker.js', contents: worker },
    ...collectModules('.build/test/workerd/cases.js'),
  ],
  compatibilityDate,
  compatibilityFlags,
  d1Databases: ['DB'],
  kvNamespaces: ['KV'],
  durableObjects: {
    SESSIONS: { className: 'SqliteObject', useSQLite: true },
    OLD_SESSIONS: { className: 'KeyValueObject' },
  },
  serviceBindings: { SELF: kCurrentWorker },
})

try {
  const all = await (await miniflare.dispatchFetch('http://localhost/')).json()
  const wanted = [...all.entries()].filter(([, { isOnBinding }]) => !(leavesOut && isOnBinding))
  const lines = []
  let failed = 0
  for (const [index, { name }] of wanted) {
    const response = await miniflare.dispatchFetch(`http://localhost/?case=${index}`)
    const trouble = await response.text()
    if (!response.ok) failed++
    lines.push(`${response.ok ? 'ok' : 'not ok'} ${index + 1} - ${name}`)
    console.log(lines.at(-1))
    if (!response.ok) console.log(trouble)
  }
  lines.push(`# pass ${wanted.length - failed}`, `# fail ${failed}`)
  writeFileSync(report, `${lines.join('\n')}\n`)
  process.exitCode = failed > 0 ? 1 : 0
} finally {
  await miniflare.dispose()
}
