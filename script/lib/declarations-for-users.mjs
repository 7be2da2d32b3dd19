/*
 * Writes the declarations that users get: of what the compiler made in .build/declarations, dist/ gets the statements to which an entry of
 * the package leads, by their names. The rest no editor and no compiler of a user ever needs, and it is two thirds of all. Of members
 * that are @internal nothing is left but that there is one, and whose.
 *   node script/lib/declarations-for-users.mjs
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path/posix'
import { parseDeclarations } from './parse-declarations.mjs'

const made = '.build/declarations'
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))

/** By path: the statements of a file, and which of them are needed. */
const files = new Map()

function fileAt(path) {
  if (!files.has(path)) {
    const text = readFileSync(join(made, path), 'utf8')
    files.set(path, { path, statements: parseDeclarations(text), asked: new Set() })
  }
  return files.get(path)
}

const resolve = ({ path }, name) => join(dirname(path), name.replace(/\.[jt]s$/, '.d.ts'))

/** Whether the name leads into the package, and not to a library or a runtime. */
const isOurs = (from) => from.startsWith('.')

/** What another file imports. */
function needExport(file, name) {
  if (file.asked.has(`export ${name}`)) return
  file.asked.add(`export ${name}`)
  let found = false
  for (const one of file.statements) {
    if (one.isExported && one.names.includes(name)) {
      found = true
      keep(file, one)
    }
    const original = one.exported?.get(name)
    if (original === undefined) continue
    found = true
    one.used.add(name)
    if (one.from === undefined) needLocal(file, original)
    else if (isOurs(one.from)) needExport(fileAt(resolve(file, one.from)), original)
  }
  if (!found) throw new Error(`${file.path} exports no ${name}`)
}

/** What a statement of the same file names. Most of the words are no such names. */
function needLocal(file, word) {
  if (file.asked.has(word)) return
  file.asked.add(word)
  for (const one of file.statements) {
    if (one.names.includes(word)) keep(file, one)
    const original = one.imported?.get(word)
    if (original === undefined) continue
    one.used.add(word)
    if (isOurs(one.from)) needExport(fileAt(resolve(file, one.from)), original)
  }
}

function keep(file, statement) {
  if (statement.isKept) return
  statement.isKept = true
  for (const word of statement.words) needLocal(file, word)
}

/** What an entry exports. */
function needAll(file) {
  for (const one of file.statements) {
    if (one.isExported || one.isAll) keep(file, one)
    if (one.isAll) needAll(fileAt(resolve(file, one.from)))
    for (const name of one.exported?.keys() ?? []) needExport(file, name)
  }
}

for (const { types } of Object.values(exports).filter((one) => one.types)) {
  const path = relative('dist', types)
  needAll(fileAt(path))
}
// What is declared within another module counts as soon as the file is read. It may lead to more files.
for (const file of files.values()) {
  for (const one of file.statements) if (one.isAlways) keep(file, one)
}

const written = new Set()
for (const { path, statements } of files.values()) {
  const text = statements.map((one) => one.print()).join('')
  if (text === '') continue
  const output = join('dist', path)
  written.add(output)
  if (existsSync(output) && readFileSync(output, 'utf8') === text) continue
  mkdirSync(dirname(output), { recursive: true })
  writeFileSync(output, text)
}
const all = readdirSync('dist', { recursive: true }).map((path) => join('dist', String(path)))
for (const path of all) if (path.endsWith('.d.ts') && !written.has(path)) rmSync(path)
// What is left of a file of types is a script in which nothing is, and which nothing imports.
for (const path of all) {
  if (path.endsWith('.js') && readFileSync(path, 'utf8') === 'export {};\n') rmSync(path)
}
rmSync('dist/.npmignore', { force: true })
