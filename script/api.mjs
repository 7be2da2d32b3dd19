/*
 * Writes a file for each entry of the package in api/: what it exports, declared as in dist/, without comments. What several entries
 * export is declared in the file of the first. With --check
 * it writes nothing, and ends with status 1 if a file would change.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { augmentationsIn, behind, byName, close, declarationsOf } from './lib/declarations.mjs'
import { exportsOf, referencesIn, textOf } from './lib/declarations.mjs'
import { globFiles } from './lib/files.mjs'

const { name: packageName, exports } = JSON.parse(readFileSync('package.json', 'utf8'))

const entries = Object.entries(exports)
  .filter(([, { types }]) => types !== undefined)
  .map(([path, { types }]) => ({
    name: packageName + path.slice(1),
    file: `api/${path === '.' ? packageName : path.slice(2)}.txt`,
    types: types.slice(2),
    exported: exportsOf(types.slice(2)),
  }))

/** By symbol: the first entry that exports it. */
const homes = new Map()
for (const { name, exported } of entries) {
  for (const symbol of exported.map(behind)) if (!homes.has(symbol.id)) homes.set(symbol.id, name)
}

function reportOf({ name, types, exported }) {
  const all = exported.map(behind)
  const own = all.filter(({ id }) => homes.get(id) === name)
  const again = new Map()
  for (const symbol of all) {
    const home = homes.get(symbol.id)
    if (home !== name) again.set(home, (again.get(home) ?? new Set()).add(symbol.name))
  }
  const files = new Set([`${process.cwd()}/${types}`])
  const elsewhere = new Map()
  const refer = (to, what) => elsewhere.set(to, (elsewhere.get(to) ?? new Set()).add(what))
  const shown = [...own]

  function follow({ ours, others }) {
    for (const [from, what] of others) refer(from, what)
    for (const symbol of ours) {
      if (shown.some(({ id }) => id === symbol.id)) continue
      if (homes.has(symbol.id)) refer(homes.get(symbol.id), symbol.name)
      else shown.push(symbol)
    }
  }

  follow(referencesIn(augmentationsIn(files)))
  // It grows while it is walked through.
  for (const symbol of shown) {
    const found = declarationsOf(symbol)
    for (const statement of found.statements) files.add(statement.getSourceFile().fileName)
    follow(found)
  }
  const renamed = exported.filter((symbol) => symbol.name !== behind(symbol).name)
  const hidden = shown.slice(own.length).sort(byName)
  const parts = [
    `// ${name}`,
    ...own.flatMap((symbol) => declarationsOf(symbol).texts),
    [...again]
      .map(([from, names]) => `export { ${[...names].sort().join(', ')} } from '${from}';`)
      .sort()
      .join('\n'),
    ...renamed.map((symbol) => `export { ${behind(symbol).name} as ${symbol.name} };`),
    ...augmentationsIn(files).map(textOf),
    ...(hidden.length > 0 ? ['// Used above, and exported by no entry:'] : []),
    ...hidden.flatMap((symbol) => declarationsOf(symbol).texts),
    [...elsewhere]
      .map(([from, names]) => `// From ${from}: ${[...names].sort().join(', ')}`)
      .sort(),
  ]
  return `${parts.flat().filter(Boolean).join('\n\n')}\n`
}

const isCheck = process.argv.includes('--check')
const reports = new Map(entries.map((entry) => [entry.file, reportOf(entry)]))
close()

const changed = []
for (const file of globFiles('api', '.txt')) {
  if (reports.has(file)) continue
  changed.push(file)
  if (!isCheck) rmSync(file)
}
for (const [file, text] of reports) {
  if (globFiles('api', '.txt').includes(file) && readFileSync(file, 'utf8') === text) continue
  changed.push(file)
  if (isCheck) continue
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
for (const file of changed) console.log(`${isCheck ? 'differs' : 'written'}: ${file}`)
if (isCheck && changed.length > 0) process.exitCode = 1
