import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { type Command, UsageError } from '../command.ts'

/** What the build makes of the examples: `script/lib/starters.mjs`. */
interface Starters {
  frameworks: Record<string, Starter>
  /** Files of all that are nothing but a server. */
  shared: Record<string, string>
}

interface Starter {
  title: string
  /** The files in which the storage is, and what a login does. */
  storage: string
  login: string
  /** What the README says beside. */
  note?: string
  /** What git leaves out of an app that is built. */
  ignored?: string[]
  manifest: {
    engines: { node: string }
    scripts: Record<string, string>
    dependencies: Record<string, string>
  }
  files: Record<string, string>
}

export const newApp: Command = {
  takes: '[framework] [folder]',
  says: 'writes a small app for a framework into a new folder, ready to run',
  more: 'The app has a login, a cart, messages that are shown once, and the list of a user’s devices. Its secret is new.',
  example: 'npx coatcheck new express my-shop',
  flags: { list: { says: 'shows the frameworks that it knows' } },
  async run(given, output) {
    const { frameworks, shared } = readStarters()
    const names = Object.keys(frameworks)
    if (given.has('list')) {
      const width = Math.max(...names.map((name) => name.length))
      for (const name of names) output.print(`${name.padEnd(width)}  ${frameworks[name]!.title}`)
      return 0
    }
    const [framework, place = `${framework}-app`] = given.words
    if (framework === undefined) {
      throw new UsageError(`It needs the name of a framework: ${names.join(', ')}.`)
    }
    if (!Object.hasOwn(frameworks, framework)) {
      throw new UsageError(
        `There is no starter for "${framework}". There are: ${names.join(', ')}. For other frameworks, docs/frameworks.md of the package has a program each.`,
      )
    }
    const starter = frameworks[framework]!
    const folder = resolve(place)
    assertEmpty(folder, place)
    const isBuilt = starter.ignored !== undefined
    const files = { ...filesOf(starter, folder), ...starter.files, ...(isBuilt ? {} : shared) }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      // Its owner alone reads the secret. What appeared meanwhile is not written over.
      const mode = path === '.env' ? 0o600 : undefined
      writeFileSync(join(folder, path), text, { flag: 'wx', mode })
    }
    output.print(`Wrote ${Object.keys(files).length} files for ${starter.title}. Next:

  cd ${place}
  npm install
  npm ${isBuilt ? 'run dev' : 'start'}

The secret of the cookies is in .env, which .gitignore keeps out of your repository.`)
    return 0
  },
}

function readStarters(): Starters {
  return JSON.parse(readFileSync(new URL('../starters.json', import.meta.url), 'utf8'))
}

function assertEmpty(folder: string, place: string): void {
  let found: string[]
  try {
    found = readdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return
    if (code === 'ENOTDIR') {
      throw new Error(`"${place}" is a file. Name a folder.`, { cause: error })
    }
    throw error
  }
  if (found.length > 0) throw new Error(`The folder "${place}" is not empty. Name another one.`)
}

function filesOf(starter: Starter, folder: string): Record<string, string> {
  // npm's rules for names: https://docs.npmjs.com/cli/configuring-npm/package-json#name
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+/, '')
  const manifest = {
    name: name || 'app',
    private: true,
    type: 'module',
    ...starter.manifest,
  }
  const { ignored = ['.sessions/', 'node_modules/'] } = starter
  return {
    '.env': `SESSION_SECRET=${randomBytes(32).toString('base64url')}\n`,
    '.gitignore': ['.env', ...ignored, ''].join('\n'),
    'README.md': readme(starter),
    'package.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
  }
}

function readme(starter: Starter): string {
  const { title, storage, login, note, ignored, manifest } = starter
  const [start, place] = ignored
    ? ['npm run dev', 'the memory of its process']
    : ['npm start', 'the folder `.sessions`']
  const more = [ignored && 'In production it is `npm run build`, and then `npm start`.', note]
  return `# Sessions with Coatcheck on ${title}

    npm install
    ${start}

Then open the address that it prints. It needs Node ${manifest.engines.node.slice('>='.length)} or later.

${more.map((line) => line && `* ${line}\n`).join('')}* \`.env\` holds the secret of the cookies. It is this machine's own: a server needs another one, from \`npx coatcheck secret\`, in the variable SESSION_SECRET.
* Sessions are in ${place}. Another storage is one line in \`${storage}\`: \`node_modules/coatcheck/docs/storages.md\` says which when.
* The login asks for no password. Check one before \`session.login()\` in \`${login}\`.
* Browsers keep the cookie over https, and on localhost. Set NODE_ENV=production where the app is public.
`
}
