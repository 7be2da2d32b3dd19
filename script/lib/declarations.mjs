/* What the declarations in dist/ say, as the compiler reads them: for script/api.mjs. */
import { isIdentifier, SyntaxKind } from 'typescript/unstable/ast'
import { API, SymbolFlags } from 'typescript/unstable/sync'

const root = process.cwd()
const api = new API({ cwd: root })
const snapshot = api.updateSnapshot({ openProjects: [`${root}/tsconfig.api.json`] })
const [project] = snapshot.getProjects()
const { checker, program } = project

/** Ends the compiler. */
export function close() {
  api.close()
}

/** What the module in this file exports, in the order of the names. */
export function exportsOf(path) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(`${root}/${path}`))
  return checker.getExportsOfModule(module).slice().sort(byName)
}

export function byName(a, b) {
  return a.name < b.name ? -1 : 1
}

/** What a name stands for behind its imports and exports. Nothing is known of what other packages export. */
export function behind(symbol) {
  return symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** By symbol: the statements that declare it, and what they refer to. */
const declared = new Map()

export function declarationsOf(symbol) {
  if (!declared.has(symbol.id)) declared.set(symbol.id, readDeclarations(symbol))
  return declared.get(symbol.id)
}

function readDeclarations(symbol) {
  const statements = symbol.declarations.map((handle) => statementOf(handle.resolve(project)))
  return { statements, texts: statements.map(textOf), ...referencesIn(statements) }
}

/** The names in these statements: symbols of this package, and names of others. */
export function referencesIn(statements) {
  const ours = new Map()
  const others = []
  for (const symbol of checker.getSymbolAtLocation(statements.flatMap(identifiersIn))) {
    if (symbol === undefined) continue
    const { name, from } = importOf(symbol)
    const target = behind(symbol)
    if (from !== undefined && !from.startsWith('.')) others.push([from, name])
    else if (isOfModule(target)) ours.set(target.id, target)
  }
  return { ours: [...ours.values()], others }
}

function statementOf(node) {
  while (node.parent !== undefined && node.parent.kind !== SyntaxKind.SourceFile) node = node.parent
  return node
}

function identifiersIn(node) {
  if (isInternal(node)) return []
  const found = isIdentifier(node) ? [node] : []
  node.forEachChild((child) => void found.push(...identifiersIn(child)))
  return found
}

/** Whether it is declared in a module itself, and not within something there: no parameter, no member. */
function isOfModule(symbol) {
  return symbol.declarations.some((handle) => {
    let node = handle.resolve(project)
    if (node.kind === SyntaxKind.VariableDeclaration) node = node.parent.parent
    const isNamespace = node.kind === SyntaxKind.ModuleDeclaration
    return node.parent?.kind === SyntaxKind.SourceFile && !isNamespace
  })
}

function importOf(symbol) {
  let node = symbol.flags & SymbolFlags.Alias ? symbol.declarations[0].resolve(project) : undefined
  const name = node?.propertyName?.text ?? node?.name?.text
  while (node !== undefined && node.moduleSpecifier === undefined) node = node.parent
  return { name, from: node?.moduleSpecifier.text }
}

function isInternal(node) {
  return /^\s*\/\*\*(?:(?!\*\/)[^])*@internal\b/.test(node.getFullText())
}

/** The declaration as it is in dist/, without comments and without members that are internal. */
export function textOf(statement) {
  const text = statement.getText()
  const start = statement.getStart()
  const cuts = []
  statement.forEachChild(function look(node) {
    const isWithin = node.getFullStart() > statement.getFullStart()
    if (!isWithin || !isInternal(node)) return void node.forEachChild(look)
    cuts.push([node.getFullStart() - start, node.getEnd() - start])
  })
  const kept = cuts.reduceRight((left, [from, to]) => left.slice(0, from) + left.slice(to), text)
  return kept.replace(/^ *\/\*\*[^]*?\*\/\n/gm, '')
}

/** What these files declare within other modules, such as the session of a request. */
export function augmentationsIn(files) {
  const statements = [...files].flatMap((file) => program.getSourceFile(file).statements)
  return statements.filter(({ kind }) => kind === SyntaxKind.ModuleDeclaration)
}
