/*
 * The rules of the house that neither the compiler nor the linter knows. docs/architecture.md draws the same picture.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path/posix'
import { describe, it } from 'node:test'
import { filesIn, type Import, mentions, read, readSource, root } from './repository.ts'

const sources = filesIn('src').map(readSource)
const manifest = JSON.parse(read('package.json')) as {
  exports: Record<string, string | { types: string; default: string }>
}

/** How many functions of core take more than three parameters. Lower it with each that goes; never raise it. */
const mostFunctionsOfManyParameters = 5

/** These rooms of core, and what all of them stand on. */
function below(...rooms: string[]): RegExp {
  return new RegExp(`^core/((${[...rooms, 'runtime'].join('|')})/|errors.ts|events.ts|options.ts)`)
}

/** Which folders the files of a folder may import from, and more that a single file may. */
const mayImport: Record<string, RegExp> = {
  // The rooms of core: arrows run downwards only.
  'core/live/': below('live', 'serving', 'life-cycle', 'session', 'cookie', 'store', 'record'),
  'core/serving/': below('serving', 'life-cycle', 'session', 'cookie', 'store', 'record'),
  'core/life-cycle/': below('life-cycle', 'session', 'cookie', 'store', 'record'),
  'core/session/': below('session', 'record'),
  'core/cookie/': below('cookie', 'record'),
  'core/store/': below('store', 'record'),
  'core/record/': below('record'),
  'core/runtime/': below(),
  'core/events.ts': below(),
  'core/errors.ts': below(),
  'core/options.ts': below(),
  'storages/': /^(core|storages\/parts)\//,
  'frameworks/': /^(core|frameworks\/parts)\//,
  'inspector/': /^(core|inspector|frameworks\/parts)\//,
  'compat/': /^(core|storages|compat|frameworks\/parts)\//,
  'observing/': /^core\//,
  'testing/': /^(core|testing)\//,
  'cli/': /^(core|storages|cli)\/|^node:/,
  'index.ts': /^(core|storages)\//,
}
/** A storage may have a folder of its own parts, which no other storage may touch. What several need is in `parts`. */
const mayImportToo: Record<string, RegExp> = {
  'storages/memory.ts': /^storages\/memory\//,
  'storages/fs.ts': /^storages\/fs\//,
  'storages/fs/': /^storages\/fs\//,
  'storages/sqlite.ts': /^storages\/sqlite\//,
  'storages/sqlite/': /^storages\/sqlite\//,
  'storages/cloudflare.ts': /^storages\/cloudflare\//,
  'storages/cloudflare/': /^storages\/cloudflare\//,
  'storages/memcache.ts': /^storages\/memcache\//,
  'storages/memcache/': /^node:(buffer|net|timers)$|^storages\/memcache\//,
  'storages/redis.ts': /^storages\/redis\//,
  'storages/redis/': /^storages\/redis\/|^(ioredis|iovalkey|node:timers)$/,
  'storages/sql.ts': /^storages\/sql\//,
  // Only to make the table.
  'storages/sql/': /^storages\/sql\/|^kysely$/,
  'frameworks/fetch-router.ts': /^frameworks\/fetch-router\//,
  // It looks for the session where that entry puts it.
  'frameworks/csrf/react-router.ts': /^frameworks\/react-router.ts$/,
  // It makes a response of what handlers return.
  'frameworks/h3.ts': /^h3$/,
  // Its requests are known to nobody but Next, and which one runs now to nobody but Node.
  'frameworks/next.ts': /^frameworks\/next\/|^node:async_hooks$/,
  'frameworks/next/': /^next\/headers.js$/,
  // Nuxt is made of h3 1.
  'frameworks/nuxt.ts': /^frameworks\/h3-v1.ts$/,
  // It makes spans and metrics of whatever SDK the app has.
  'observing/opentelemetry.ts': /^@opentelemetry\/api$/,
  // A command reads what one storage keeps, through the driver that the app has.
  'cli/stores/redis.ts': /^ioredis$/,
  'cli/stores/sql.ts': /^(kysely|pg|mysql2)$/,
  // Its stores are emitters of Node, as those that others have made for it.
  'compat/express-session/': /^node:events$/,
  // Its middleware is that of fetch-router, and puts sessions under Remix's own class.
  'compat/remix.ts': /^frameworks\/fetch-router\/|^@remix-run\/session$/,
}
const mayImportTypes: Record<string, RegExp> = {
  'storages/': /^[@a-z]/,
  'frameworks/': /^[@a-z]/,
  'inspector/': /^node:http$/,
  'compat/': /^[@a-z]|^frameworks\/fetch-router.ts$/,
}

describe('imports', () => {
  it('points towards core', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter((found) => !isAllowed(path, found))
        .map(({ target }) => `${path} -> ${target}`),
    )
    assert.deepEqual(wrong, [])
  })

  it('says in every import what it loads: bundlers follow no variable', () => {
    assert.deepEqual(mentions(sources, /(?<![.#\w])import\((?!'[^']+'\))/, 'code and strings'), [])
  })

  it('finds an import where there is one', () => {
    assert.ok(sources.flatMap(({ imports }) => imports).length > 10)
  })
})

describe('core', () => {
  const core = sources.filter(({ path }) => path.startsWith('core/'))
  const looksAtRuntime = ['core/runtime/platform.ts', 'core/runtime/crypto/node.ts']

  it('knows no runtime but the web platform', () => {
    const others = core.filter(({ path }) => !looksAtRuntime.includes(path))
    assert.deepEqual(mentions(others, /\b(process|console|Buffer|Deno|Bun|require)\b/, 'code'), [])
  })

  it('names a module of Node only to ask whether there is one', () => {
    const unasked = /(?<!builtinModule\(')node:/
    assert.deepEqual(mentions(core, unasked, 'code and strings'), [])
  })
})

describe('functions of core', () => {
  it('take three parameters or fewer, but for those that always took more', () => {
    const rule = ['-A', 'all', '-D', 'eslint/max-params', '--format', 'json', 'src/core']
    const { stdout } = spawnSync('script/tools/node_modules/.bin/oxlint', rule, {
      cwd: root,
      encoding: 'utf8',
    })
    const { diagnostics, number_of_files: looked } = JSON.parse(stdout) as {
      diagnostics: { filename: string; message: string; labels: { span: { line: number } }[] }[]
      number_of_files: number
    }
    assert.equal(looked, sources.filter(({ path }) => path.startsWith('core/')).length)
    const found = diagnostics.map(
      ({ filename, message, labels: [label] }) => `${filename}:${label?.span.line} ${message}`,
    )
    assert.ok(found.length <= mostFunctionsOfManyParameters, found.join('\n'))
  })
})

describe('what tests and other libraries replace', () => {
  it('is no promise by its class: isThenable() tells', () => {
    assert.deepEqual(mentions(sources, /\binstanceof Promise\b/, 'code'), [])
  })

  it('is no clock that was taken once: systemTime() asks', () => {
    assert.deepEqual(mentions(sources, /\bDate\.now\b(?!\()/, 'code'), [])
  })
})

describe('randomness', () => {
  it('comes from the crypto of the platform', () => {
    // Waiting a random while before trying again is no secret.
    const others = sources.filter(
      ({ path }) => !['core/runtime/pause.ts', 'storages/memcache/connection.ts'].includes(path),
    )
    assert.deepEqual(mentions(others, /\bMath\.random\b/, 'code'), [])
  })

  it('is never a UUID: 122 bits are not the 256 we promise', () => {
    assert.deepEqual(mentions(sources, /\brandomUUID\b/, 'code'), [])
  })
})

describe('files', () => {
  it('are short enough to read', () => {
    const long = sources.filter(({ text }) => text.trimEnd().split('\n').length > 300)
    assert.deepEqual(
      long.map(({ path }) => path),
      [],
    )
  })

  it('name no path of the machine they were written on', () => {
    const folders = ['work', 'farm', 'root', 'Users'].join('|')
    const machinePath = new RegExp(`(?:^|[^a-zA-Z0-9.])/(?:${folders})/`, 'm')
    const kept = filesIn('.').filter((path) => /\.(ts|mjs|js|json|md|yml|sh)$|^script\//.test(path))
    assert.deepEqual(
      kept.filter((path) => machinePath.test(read(path))),
      [],
    )
  })

  it('say in words what they mean: no code with two digits, for which there is no legend', () => {
    const code = /\b[A-Z]{1,2}-[0-9]{2}\b/
    const kept = filesIn('.').filter((path) => /\.(ts|mjs|md)$/.test(path))
    const lines = kept.flatMap((path) =>
      read(path)
        .split('\n')
        .map((line, index) => ({ line, place: `${path}:${index + 1}` })),
    )
    assert.deepEqual(
      lines.filter(({ line }) => code.test(line)).map(({ place }) => place),
      [],
    )
  })

  it('that lock versions name no registry', () => {
    const locks = filesIn('.').filter((path) => path.endsWith('package-lock.json'))
    assert.deepEqual(
      locks.filter((path) => read(path).includes('"resolved": "http')),
      [],
    )
  })
})

describe('adapters of frameworks', () => {
  it('have less than 1,000 lines of code together, as docs/decisions/020-one-door-for-adapters.md counts', () => {
    const shared = /^frameworks\/(parts\/|csrf\/|live\.ts|adapter\.ts)/
    const own = sources.filter(({ path }) => path.startsWith('frameworks/') && !shared.test(path))
    const lines = own.flatMap(({ text }) =>
      text
        .replace(/\/\*[^]*?\*\//g, '')
        .split('\n')
        .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')),
    )
    assert.ok(own.length > 10)
    assert.ok(lines.length < 1000, `${lines.length} lines`)
  })
})

describe('tests', () => {
  /** `core/cookie`, `core/errors`, `storages/redis`, `cli`: a room, or an entry with its parts. */
  const placeOf = (path: string) => {
    const [folder, name] = path.replace(/\.ts$/, '').split('/') as [string, string?]
    return name === undefined || ['cli', 'inspector', 'testing'].includes(folder)
      ? folder
      : `${folder}/${name}`
  }
  const places = [...new Set(sources.map(({ path }) => placeOf(path)))]
  const tests = filesIn('test').filter((path) => path.endsWith('.test.ts'))
  const [, section = ''] = read('docs/architecture.md').split('## Where the tests are')
  const rows = [...section.matchAll(/^\| `(?<place>[^`]+)` \| (?<cell>.+) \|$/gm)].map(
    ({ groups }) => ({ place: groups!['place']!, cell: groups!['cell']! }),
  )

  it('are under the path of what they test, or the table in docs/architecture.md names them', () => {
    const named = rows.filter(({ cell }) => !cell.startsWith('also ')).map(({ place }) => place)
    const hasOwn = (place: string) =>
      tests.some((path) => ['/', '.', '-'].some((end) => path.startsWith(`test/${place}${end}`)))
    assert.deepEqual(named.toSorted(), places.filter((place) => !hasOwn(place)).toSorted())
  })

  it('are where that table says, which knows no place that has gone', () => {
    assert.deepEqual(
      rows.filter(({ place }) => !places.includes(place)),
      [],
    )
    const paths = rows.flatMap(({ cell }) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path!),
    )
    assert.deepEqual(
      paths.filter((path) => !existsSync(join(root, path))),
      [],
    )
  })

  it('of core and compat lie in rooms that there are', () => {
    const laidOut = tests.filter((path) => /^test\/(core|compat)\//.test(path))
    const roomOf = (path: string) =>
      placeOf(path.replace(/^test\//, '').replace(/(\.node)?\.test/, ''))
    assert.deepEqual(
      laidOut.filter((path) => !places.includes(roomOf(path))),
      [],
    )
  })
})

describe('entries', () => {
  const entries = Object.entries(manifest.exports).flatMap(([name, entry]) =>
    typeof entry === 'string' ? [] : [{ name, ...entry }],
  )
  const sourceOf = (output: string) => output.replace(/^\.\/dist\/(.*)\.js$/, '$1.ts')

  it('are made from a source file each', () => {
    for (const entry of entries) {
      assert.equal(entry.types, entry.default.replace(/\.js$/, '.d.ts'))
      const source = sourceOf(entry.default)
      assert.ok(
        sources.some(({ path }) => path === source),
        `${entry.name} has no src/${source}`,
      )
    }
  })

  it('exist for every storage, framework and older API, under its name', () => {
    const expected = sources.flatMap(({ path }) => {
      const [folder, name, inner] = path.replace(/\.ts$/, '').split('/')
      if (inner !== undefined) return []
      if (folder === 'storages') return [`./${name}-storage = ${path}`]
      if (folder === 'frameworks') return [`./${name} = ${path}`]
      if (folder === 'compat') return [`./compat/${name} = ${path}`]
      return []
    })
    const found = entries.map((entry) => `${entry.name} = ${sourceOf(entry.default)}`)
    assert.deepEqual(
      expected.filter((entry) => !found.includes(entry)),
      [],
    )
  })

  it('declare what stands in api/, which script/api writes after a change', () => {
    const { status, stdout, stderr } = spawnSync('node', ['script/api.mjs', '--check'], {
      cwd: root,
      encoding: 'utf8',
    })
    // TypeScript's own server says 'context canceled' now and then when it is closed, so what stands in stderr judges nothing.
    assert.deepEqual([status, stdout], [0, ''], stdout + stderr)
  })
})

function isAllowed(path: string, { target, isOwn, isTypeOnly }: Import): boolean {
  if (isOwn && !target.endsWith('.ts')) return false
  const rules = isTypeOnly ? [mayImport, mayImportToo, mayImportTypes] : [mayImport, mayImportToo]
  return rules.some((rule) =>
    Object.entries(rule).some(([start, allowed]) => path.startsWith(start) && allowed.test(target)),
  )
}
