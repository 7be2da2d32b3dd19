/*
 * Writes dist/cli/starters.json: what `coatcheck new` makes apps of. It is made of examples/, so that what is tested there and what
 * a new app begins with are one source. Versions are those that the tests run on.
 *   node script/lib/starters.mjs
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

const output = 'dist/cli/starters.json'
const own = JSON.parse(readFileSync('package.json', 'utf8'))

/** Frameworks that run as they are: a file of examples/servers each. */
const servers = {
  express: { title: 'Express 5', needs: ['express'] },
  fastify: { title: 'Fastify 5', needs: ['fastify'] },
  hono: { title: 'Hono 4', needs: ['@hono/node-server', 'hono'] },
  koa: { title: 'Koa 3', needs: ['koa'] },
  node: { title: 'node:http, without a framework', needs: [] },
}

const vite = 'node --env-file=.env node_modules/vite/bin/vite.js'
const env = 'node --env-file=.env'

/**
 * Frameworks that build: a folder of examples/ each. The secret is in .env, which not all of them read by themselves. The example of
 * React Router is too big to be carried in the package.
 */
const apps = {
  astro: {
    title: 'Astro 7',
    scripts: {
      dev: `${env} node_modules/astro/bin/astro.mjs dev`,
      start: `${env} dist/server/entry.mjs`,
    },
  },
  nest: {
    title: 'NestJS 11',
    scripts: { dev: 'npm run build && npm start', start: `${env} dist/main.js` },
  },
  next: { title: 'Next 16', scripts: {} },
  nuxt: { title: 'Nuxt 4', scripts: { start: `${env} .output/server/index.mjs` } },
  sveltekit: { title: 'SvelteKit 3', scripts: { dev: `${vite} dev`, start: `${env} build` } },
  'tanstack-start': {
    title: 'TanStack Start',
    scripts: {
      dev: `${vite} dev`,
      start: `${env} node_modules/srvx/bin/srvx.mjs serve --prod --entry dist/server/server.js --static ../client`,
    },
  },
}

/** What the repository needs of an example, and an app does not. */
const ours = [
  '.gitignore',
  '.npmrc',
  'README.md',
  'node_modules',
  'package-lock.json',
  'package.json',
]

function server(name, { title, needs }) {
  const read = (file) => readFileSync(join('examples/servers', file), 'utf8')
  const shared = ['actions.js', 'pages.js', 'sessions.js'].map((file) => [file, read(file)])
  const versions = needs.map((need) => [need, own.devDependencies[need]])
  const manifest = {
    private: true,
    type: 'module',
    scripts: { start: `${env} server.js` },
    dependencies: sorted([['coatcheck', own.version], ...versions]),
  }
  return {
    title,
    run: 'npm start',
    ignored: ['node_modules/', '.sessions/'],
    manifest,
    files: { 'server.js': read(`${name}.js`), ...Object.fromEntries(shared) },
  }
}

function app(name, { title, scripts }) {
  const folder = join('examples', name)
  const { dependencies, ...example } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  const ignored = readFileSync(join(folder, '.gitignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && line !== '.cases/')
  const manifest = {
    private: true,
    type: example.type,
    scripts: { ...example.scripts, ...scripts },
    dependencies: sorted(Object.entries({ ...dependencies, coatcheck: own.version })),
    devDependencies: example.devDependencies,
    overrides: example.overrides,
  }
  const files = filesIn(folder, [
    ...ours,
    '.cases',
    ...ignored.map((line) => line.replace(/\/$/, '')),
  ])
  return { title, run: 'npm run dev', ignored, manifest, files }
}

/** The texts of all files but these, under their paths with slashes. */
function filesIn(folder, left) {
  const found = []
  const look = (place) => {
    for (const entry of readdirSync(place, { withFileTypes: true })) {
      const path = join(place, entry.name)
      const isLeft = (name) =>
        name === entry.name || (name[0] === '*' && entry.name.endsWith(name.slice(1)))
      if (left.some(isLeft) || left.includes(relative(folder, path))) continue
      if (entry.isDirectory()) look(path)
      else found.push([relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')])
    }
  }
  look(folder)
  return sorted(found)
}

function sorted(entries) {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const starters = sorted([
  ...Object.entries(servers).map(([name, about]) => [name, server(name, about)]),
  ...Object.entries(apps).map(([name, about]) => [name, app(name, about)]),
])
const text = `${JSON.stringify(starters)}\n`
// What has not changed keeps its time: nothing is built again because of it.
if (!existsSync(output) || readFileSync(output, 'utf8') !== text) writeFileSync(output, text)
