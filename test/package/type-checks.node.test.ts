/*
 * Every entry in a program of a user whose compiler reads declarations as strictly as it can: TypeScript 7 and 5.9, with both ways to find
 * modules. Only what is ours is checked, so that peers' mistakes are theirs, and so that it takes seconds and not a minute.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, describe, it } from 'node:test'
import { API, type Project } from 'typescript/unstable/sync'
import { root } from '../repository.ts'

const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { exports: object }
const entries = Object.keys(exports)
  .filter((name) => name !== './package.json')
  .map((name) => `coatcheck${name.slice(1)}`)
const app = `${entries.map((name, index) => `import * as entry${index} from '${name}'`).join('\n')}
export const all = [${entries.map((_, index) => `entry${index}`)}]\n`

/** What only a compiler refuses that checks declarations, and tells what is undefined from what is left out. */
const faulty = `interface Given { value?: string }
export interface Taken extends Given { value?: string | undefined }\n`

const resolutions = {
  nodenext: { module: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
}
type Resolution = keyof typeof resolutions

// Within the repository: there it finds the package by its name, and what the package is for.
const folder = mkdtempSync(`${root}.build/type-checks-`)
writeFileSync(`${folder}/app.ts`, app)
// Who loads all of them with require(), which a bundler's resolution does not know.
writeFileSync(`${folder}/older.cts`, app)
writeFileSync(`${folder}/faulty.d.ts`, faulty)

function configFile(resolution: Resolution): string {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    ...resolutions[resolution],
  }
  const files = ['app.ts', 'faulty.d.ts', ...(resolution === 'nodenext' ? ['older.cts'] : [])]
  const path = `${folder}/tsconfig.${resolution}.json`
  writeFileSync(path, JSON.stringify({ compilerOptions, files }))
  return path
}

const isOurs = (path: string): boolean => !path.includes('/node_modules/')

/** `faulty.d.ts 2430`, as each compiler says it. */
type Check = (resolution: Resolution) => string[]

function complaint(path: string | undefined, code: number, text: string): string {
  if (path?.startsWith(folder)) return `${path.slice(folder.length + 1)} ${code}`
  return `${path?.replace(root, '') ?? ''} ${code} ${text}`
}

/** One compiler for both: what they have in common is read once. */
let newer: { api: API; projects: readonly Project[] } | undefined

function projectsOf7(): readonly Project[] {
  if (newer === undefined) {
    const api = new API({ cwd: root })
    const openProjects = (Object.keys(resolutions) as Resolution[]).map(configFile)
    newer = { api, projects: api.updateSnapshot({ openProjects }).getProjects() }
  }
  return newer.projects
}

const checkWith7: Check = (resolution) => {
  const { program } = projectsOf7().find(({ configFileName }) =>
    configFileName.endsWith(`${resolution}.json`),
  )!
  const ours = program.getSourceFileNames().filter(isOurs)
  assert.ok(ours.length > 100, String(ours.length))
  const found = [
    ...program.getProgramDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((path) => program.getSyntacticDiagnostics(path)),
    ...ours.flatMap((path) => program.getSemanticDiagnostics(path)),
  ]
  return found.map(({ fileName, code, text }) => complaint(fileName, code, text))
}

/** The part of TypeScript 5.9 that is used here. */
interface OlderCompiler {
  readConfigFile(path: string, read: (path: string) => string): { config: object }
  parseJsonConfigFileContent(config: object, host: object, folder: string): OlderConfig
  createCompilerHost(options: object): OlderHost
  createProgram(given: { rootNames: string[]; options: object; host: OlderHost }): OlderProgram
  flattenDiagnosticMessageText(text: unknown, newLine: string): string
  sys: object & { readFile(path: string): string }
}
interface OlderConfig {
  options: object
  fileNames: string[]
  errors: OlderDiagnostic[]
}
interface OlderHost {
  getSourceFile(path: string, ...rest: unknown[]): OlderFile
}
interface OlderFile {
  fileName: string
}
interface OlderDiagnostic {
  file?: OlderFile
  code: number
  messageText: unknown
}
interface OlderProgram {
  getSourceFiles(): OlderFile[]
  getOptionsDiagnostics(): OlderDiagnostic[]
  getGlobalDiagnostics(): OlderDiagnostic[]
  getSyntacticDiagnostics(file: OlderFile): OlderDiagnostic[]
  getSemanticDiagnostics(file: OlderFile): OlderDiagnostic[]
}

/** Declarations of globals: they are the same to both resolutions, and half of all that is read. */
const isOfPlatform = (path: string) =>
  /\/node_modules\/(typescript\/lib|@types\/node|undici-types)\//.test(path)
const ofPlatform = new Map<string, OlderFile>()

const checkWith5: Check = (resolution) => {
  const ts = createRequire(`${root}script/tools/package.json`)('typescript') as OlderCompiler
  const { config } = ts.readConfigFile(configFile(resolution), ts.sys.readFile)
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, folder)
  const host = ts.createCompilerHost(parsed.options)
  const getSourceFile = host.getSourceFile.bind(host)
  host.getSourceFile = (path, ...rest) => {
    const known = ofPlatform.get(path)
    const file = known ?? getSourceFile(path, ...rest)
    if (isOfPlatform(path)) ofPlatform.set(path, file)
    return file
  }
  const { options, fileNames: rootNames, errors } = parsed
  const program = ts.createProgram({ rootNames, options, host })
  const ours = program.getSourceFiles().filter(({ fileName }) => isOurs(fileName))
  assert.ok(ours.length > 100, String(ours.length))
  const found = [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((file) => program.getSyntacticDiagnostics(file)),
    ...ours.flatMap((file) => program.getSemanticDiagnostics(file)),
  ]
  return found.map(({ file, code, messageText }) =>
    complaint(file?.fileName, code, ts.flattenDiagnosticMessageText(messageText, ' ')),
  )
}

describe('every entry type-checks, declarations and all,', () => {
  after(() => newer?.api.close())
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const [name, check] of Object.entries({ 7: checkWith7, 5.9: checkWith5 })) {
    for (const resolution of Object.keys(resolutions) as Resolution[]) {
      it(`under TypeScript ${name} with ${resolution}`, () => {
        assert.deepEqual(check(resolution), ['faulty.d.ts 2430'])
      })
    }
  }
})
