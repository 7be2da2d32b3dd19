/*
 * Writes dist/cli/starters.json: what `coatcheck new` makes apps of. It is made of examples/servers, so that what is tested there and
 * what a new app begins with are one source. Versions are those that the tests run on. Frameworks that build are left out: the package
 * would be too big.
 *   node script/lib/starters.mjs
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const output = 'dist/cli/starters.json'
const { version, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))

const servers = {
  express: { title: 'Express 5', needs: ['express'] },
  fastify: { title: 'Fastify 5', needs: ['fastify'] },
  hono: { title: 'Hono 4', needs: ['@hono/node-server', 'hono'] },
  koa: { title: 'Koa 3', needs: ['koa'] },
  node: { title: 'node:http, without a framework', needs: [] },
}

const read = (file) => readFileSync(join('examples/servers', file), 'utf8')
const shared = ['actions.js', 'pages.js', 'sessions.js'].map((file) => [file, read(file)])
const frameworks = Object.entries(servers).map(([name, { title, needs }]) => {
  const versions = needs.map((need) => [need, devDependencies[need]])
  const dependencies = { coatcheck: version, ...Object.fromEntries(versions) }
  return [name, { title, dependencies, server: read(`${name}.js`) }]
})
const starters = {
  frameworks: Object.fromEntries(frameworks),
  shared: Object.fromEntries(shared),
}
const text = `${JSON.stringify(starters)}\n`
// What has not changed keeps its time: nothing is built again because of it.
if (!existsSync(output) || readFileSync(output, 'utf8') !== text) writeFileSync(output, text)
