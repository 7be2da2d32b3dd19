/*
 * Writes dist/cli/starters.json: what `coatcheck new` makes apps of. It is made of examples, so that what is tested there and what a new
 * app begins with are one source. Versions are those that the tests run on.
 *   node script/lib/starters.mjs
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const output = 'dist/cli/starters.json'
const { version, devDependencies, engines } = readJson('package.json')
const installed = readJson('package-lock.json').packages

/** Apps that share their pages: `examples/servers`. */
const servers = {
  express: { title: 'Express 5', needs: ['express'] },
  fastify: { title: 'Fastify 5', needs: ['fastify'] },
  hono: { title: 'Hono 4', needs: ['@hono/node-server', 'hono'] },
  koa: { title: 'Koa 3', needs: ['koa'] },
  h3: { title: 'h3 2', needs: ['h3'] },
  elysia: { title: 'Elysia 1, on Node', needs: ['@elysiajs/node', 'elysia'] },
  node: { title: 'node:http, without a framework', needs: [] },
}

/** Apps that are built, each with a folder of its own, and where in it one changes what the README speaks of. */
const built = {
  next: { title: 'Next 16', storage: 'lib/sessions.ts', login: 'app/actions.ts' },
  nuxt: {
    title: 'Nuxt 4',
    storage: 'server/utils/sessions.ts',
    login: 'server/routes/do/[what].post.ts',
  },
  sveltekit: {
    title: 'SvelteKit 3',
    storage: 'src/lib/server/sessions.ts',
    login: 'src/routes/+page.server.ts',
    note: 'A server must be behind a proxy that speaks https: the app takes every request for one over https.',
  },
  astro: { title: 'Astro 7', storage: 'src/lib/sessions.ts', login: 'src/pages/do/[what].ts' },
  'tanstack-start': {
    title: 'TanStack Start',
    storage: 'src/sessions.ts',
    login: 'src/routes/do.$what.ts',
  },
  'react-router': {
    title: 'React Router 8',
    storage: 'app/sessions.server.ts',
    login: 'app/routes/do.ts',
  },
}

/** The programs that do not read `.env` into the environment by themselves, and where they are. */
const programs = {
  astro: 'astro/bin/astro.mjs',
  'react-router': '@react-router/dev/bin.cjs',
  'react-router-serve': '@react-router/serve/bin.cjs',
  srvx: 'srvx/bin/srvx.mjs',
  vite: 'vite/bin/vite.js',
}
/** Of an example and not of an app, or made anew. */
const left = /^(\.npmrc|\.gitignore|README\.md|package(-lock)?\.json)$/

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function ofServer([name, { title, needs }]) {
  const versions = needs.map((need) => [need, devDependencies[need]])
  const manifest = {
    // --env-file is of 20.6.
    engines: nodeOf(20, 6, [
      { engines },
      ...needs.map((need) => installed[`node_modules/${need}`]),
    ]),
    scripts: { start: 'node --env-file=.env server.js' },
    dependencies: { coatcheck: version, ...Object.fromEntries(versions) },
  }
  const files = { 'server.js': readFileSync(`examples/servers/${name}.js`, 'utf8') }
  return [name, { title, storage: 'sessions.js', login: 'actions.js', manifest, files }]
}

function ofBuilt([name, more]) {
  const folder = join('examples', name)
  const { scripts, dependencies, devDependencies, overrides } = readJson(`${folder}/package.json`)
  const ignored = readFileSync(`${folder}/.gitignore`, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && line !== '.cases/')
  const { packages } = readJson(`${folder}/package-lock.json`)
  const manifest = {
    // --env-file-if-exists is of 22.9. On no older one are these tested.
    engines: nodeOf(22, 9, Object.values(packages)),
    scripts: { ...scripts, dev: withSecret(scripts.dev), start: withSecret(scripts.start) },
    dependencies: { ...dependencies, coatcheck: version },
    overrides,
    devDependencies,
  }
  const paths = filesIn(folder, '', isIgnoredBy([...ignored, '.cases/']))
  const files = paths.map((path) => [path, textOf(join(folder, path))])
  return [name, { ...more, ignored, manifest, files: Object.fromEntries(files) }]
}

/** The oldest Node of a major version, from this minor one on, that satisfies all of these packages. */
function nodeOf(major, minor, packages) {
  const asked = packages
    .flatMap(({ engines }) => [...(engines?.node ?? '').matchAll(/(?:>=|\^) *(\d+)\.(\d+)/g)])
    .filter(([, wanted]) => Number(wanted) === major)
  return { node: `>=${major}.${Math.max(minor, ...asked.map(([, , least]) => Number(least)))}` }
}

/** A script with the variables of `.env`, where there is one. */
function withSecret(script) {
  const [program, ...rest] = script.split(' ')
  if (program !== 'node' && !Object.hasOwn(programs, program)) return script
  const path = program === 'node' ? [] : [`node_modules/${programs[program]}`]
  return ['node --env-file-if-exists=.env', ...path, ...rest].join(' ')
}

/** As git takes the lines of these examples: a name, a path, or an ending. */
function isIgnoredBy(lines) {
  const all = lines.map((line) => line.replace(/\/$/, ''))
  return (path, name) =>
    all.some(
      (one) => one === path || one === name || (one[0] === '*' && name.endsWith(one.slice(1))),
    )
}

function filesIn(folder, at, isIgnored) {
  return readdirSync(join(folder, at), { withFileTypes: true })
    .filter(({ name }) => !isIgnored(join(at, name), name) && !(at === '' && left.test(name)))
    .flatMap((one) => {
      const path = join(at, one.name)
      return one.isDirectory() ? filesIn(folder, path, isIgnored) : [path]
    })
    .sort()
}

/** Tests put apps of their own into this folder of the examples. */
function textOf(file) {
  return readFileSync(file, 'utf8').replace(', ".cases"', '')
}

const shared = ['actions.js', 'pages.js', 'sessions.js']
const starters = {
  frameworks: Object.fromEntries([
    ...Object.entries(servers).map(ofServer),
    ...Object.entries(built).map(ofBuilt),
  ]),
  /** The pages of those that have nothing but a server. */
  shared: Object.fromEntries(
    shared.map((file) => [file, readFileSync(`examples/servers/${file}`, 'utf8')]),
  ),
}
const text = `${JSON.stringify(starters)}\n`
// What has not changed keeps its time: nothing is built again because of it.
if (!existsSync(output) || readFileSync(output, 'utf8') !== text) writeFileSync(output, text)
