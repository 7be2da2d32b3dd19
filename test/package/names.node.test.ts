/*
 * What the compiler of a user must name who writes declarations (`declaration: true`): `export const storage = create…Storage()` gets a type of
 * ours, and the compiler finds its name only in what the program imports. So each entry exports the types of all that its functions
 * give back, and of the members of that, for `{ ...storage }`.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { after, describe, it } from 'node:test'
import { root } from '../repository.ts'

const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { exports: object }
const entries = Object.keys(exports)
  .filter((name) => name !== './package.json')
  .map((name) => `coatcheck${name.slice(1)}`)

// Not a folder of this package, whose compiler could name each file of dist/, and yet above all that the package is for.
const folder = mkdtempSync(`${root}.build/names-`)
mkdirSync(`${folder}/node_modules/coatcheck`, { recursive: true })
copyFileSync(`${root}package.json`, `${folder}/node_modules/coatcheck/package.json`)
symlinkSync(`${root}dist`, `${folder}/node_modules/coatcheck/dist`)
writeFileSync(`${folder}/package.json`, '{ "type": "module" }')

/** What a function gives back, or a class makes. */
writeFileSync(
  `${folder}/made.ts`,
  `type Made<T> = T extends (...given: never[]) => infer R ? Awaited<R>
  : T extends abstract new (...given: never[]) => infer R ? R : T
export declare function madeBy<T>(entry: T): { [K in keyof T]: Made<T[K]> }\n`,
)

const fileOf = (entry: string) => entry.replaceAll('/', '.')

/** The names in api/, of which the compiler leaves out those that are of types alone. */
function namesOf(entry: string): string[] {
  const text = readFileSync(`${root}api/${entry.replace(/^coatcheck\//, '')}.txt`, 'utf8')
  const declared = text.matchAll(/^export declare (?:abstract )?(?:function|class|const) (\w+)/gm)
  const listed = [...text.matchAll(/^export \{ (.*) \}/gm)].flatMap(([, list = '']) =>
    list.split(', '),
  )
  const names = [...declared].map(([, name = '']) => name)
  return [...new Set([...names, ...listed.map((one) => one.replace(/^.* as /, ''))])].sort()
}

function programOf(entry: string): string {
  const spread = namesOf(entry).map(
    (name, index) => `export const spread${index} = { ...made['${name}'] }\n`,
  )
  return `import * as entry from '${entry}'
import { madeBy } from './made.ts'
export const made = madeBy(entry)\n${spread.join('')}`
}

/** What fetch-router itself hides: the key under which the type of its middleware says what that adds to a context. */
const isOfRouter = (line: string) =>
  line.includes("'contextTransform'") && line.includes('/node_modules/@remix-run/fetch-router/')

function compile(tsc: string, names: readonly string[]): string[] {
  rmSync(`${folder}/out`, { recursive: true, force: true })
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
    allowImportingTsExtensions: true,
    preserveSymlinks: true,
    outDir: 'out',
  }
  const files = names.map((name) => `${name}.ts`)
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, files }))
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', '.'], {
    cwd: folder,
    encoding: 'utf8',
  })
  return stdout.split('\n').filter((line) => line !== '')
}

/** Names that the compiler took from another entry, which this program imports and a user's may not. */
function namedElsewhere(entry: string): string[] {
  const path = `${folder}/out/${fileOf(entry)}.d.ts`
  // It had complaints, which are told by themselves.
  if (!existsSync(path)) return []
  const named = readFileSync(path, 'utf8').matchAll(/import\("(coatcheck[^"]*)"\)\.(\w+)/g)
  const elsewhere = [...named].map(([, from, name]) => `${entry}: ${name} of ${from}`)
  return [...new Set(elsewhere)]
}

const compilerIn = (place: string) => {
  const manifest = createRequire(`${root}${place}package.json`).resolve('typescript/package.json')
  return `${dirname(manifest)}/bin/tsc`
}

describe('what an entry makes has types that the entry exports,', () => {
  after(() => rmSync(folder, { recursive: true, force: true }))
  for (const entry of entries) writeFileSync(`${folder}/${fileOf(entry)}.ts`, programOf(entry))

  for (const [version, place] of Object.entries({ 7: '', 5.9: 'script/tools/' })) {
    it(`for declarations that TypeScript ${version} writes`, () => {
      const complaints = compile(compilerIn(place), entries.map(fileOf))
      const ours = complaints.filter((line) => !isOfRouter(line))
      assert.deepEqual([...ours, ...entries.flatMap(namedElsewhere)], [])
    })

    it(`but for the middleware of fetch-router, which TypeScript ${version} cannot spread without us either`, () => {
      writeFileSync(
        `${folder}/router.ts`,
        `import type { Middleware } from '@remix-run/fetch-router'
declare const middleware: Middleware
export const spread = { ...middleware }\n`,
      )
      const complaints = compile(compilerIn(place), ['router'])
      assert.deepEqual(complaints.map(isOfRouter), [true])
    })
  }

  it('for a program that imports one entry alone', () => {
    writeFileSync(
      `${folder}/alone.ts`,
      `import { createMemorySessionStorage } from 'coatcheck/memory-storage'
export const storage = createMemorySessionStorage()
export const wrapped = { ...storage }\n`,
    )
    assert.deepEqual(compile(compilerIn(''), ['alone']), [])
  })

  it('and what an entry hides would be found', () => {
    const hiding = `${folder}/node_modules/hiding`
    mkdirSync(hiding)
    writeFileSync(
      `${hiding}/package.json`,
      '{ "name": "hiding", "exports": { "types": "./index.d.ts" } }',
    )
    writeFileSync(`${hiding}/inner.d.ts`, 'export interface Hidden { one: 1 }')
    writeFileSync(
      `${hiding}/index.d.ts`,
      "import type { Hidden } from './inner.js'\nexport declare function make(): Hidden",
    )
    writeFileSync(
      `${folder}/hidden.ts`,
      "import { make } from 'hiding'\nexport const made = make()\n",
    )
    const [complaint = ''] = compile(compilerIn(''), ['hidden'])
    assert.match(complaint, /^hidden\.ts\(2,14\): error TS2883: .*'Hidden'/)
  })
})
