/*
 * Writes dist/.npmignore: the declarations to which no entry of the package leads. No editor and no compiler of a user
 * ever opens them, and they are half of all declarations.
 *   node script/lib/unread-declarations.mjs
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path/posix'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))

/** Files that are named anywhere in the package's exports, as declarations. */
function entriesIn(value) {
  if (typeof value === 'string') return [join(value.replace(/(\.d\.ts|\.js)$/, '.d.ts'))]
  return Object.values(value ?? {}).flatMap(entriesIn)
}

function importsOf(path) {
  const text = readFileSync(path, 'utf8')
  const found = text.matchAll(/(?:from|import\(|import)\s*['"](\.[^'"]+)['"]/g)
  return [...found].map(([, name]) => join(dirname(path), name.replace(/\.[jt]s$/, '.d.ts')))
}

const read = new Set()
const left = entriesIn(exports)
while (left.length > 0) {
  const path = left.pop()
  if (read.has(path) || !path.endsWith('.d.ts') || !existsSync(path)) continue
  read.add(path)
  left.push(...importsOf(path))
}

const all = readdirSync('dist', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.d.ts'))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
const unread = all.filter((path) => !read.has(path)).map((path) => `/${relative('dist', path)}`)
writeFileSync('dist/.npmignore', `${unread.toSorted().join('\n')}\n`)
