/*
 * Declarations as the compiler prints them, statement by statement. It prints each in one way: it begins at the start of a line, and
 * what is in it is indented. What is in no such form is an error.
 */

const listed = /^(?<type>type )?\{(?<names>[^]*)\}$/
const importing = /^import (?<what>[^]*?) from '(?<from>[^']+)';$/
const exporting = /^export (?<what>(?:type )?\{[^]*?\})(?: from '(?<from>[^']+)')?;$/
const declaring =
  /^(?<export>export )?(?:declare )?(?:abstract )?(?:class|function|interface|type|const|namespace) (?<name>[\w$]+)/
const exportingAll = /^export type \* from '(?<from>[^']+)';$/
/** What ends with its brace. */
const block =
  /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|namespace|module|global)\b/
const always = /^(?:declare (?:module|global)\b|export \{\};|import '(?!\.)|\/\/\/)/

/** @returns The statements in their order, each with the comment before it. */
export function parseDeclarations(text) {
  const statements = []
  let comment = ''
  let lines = []
  let isInComment = false
  for (const line of text.split('\n')) {
    if (lines.length === 0 && (isInComment || line.startsWith('/**'))) {
      comment += `${line}\n`
      isInComment = !line.endsWith('*/')
      continue
    }
    if (line === '' && lines.length === 0) continue
    lines.push(line)
    const code = codeOf(lines.join('\n'))
    const ends = block.test(code) ? /\}$/ : /(?:;|^\/\/\/.*)$/
    if (!ends.test(code) || depthOf(code) > 0) continue
    statements.push(parse(comment, lines.join('\n')))
    comment = ''
    lines = []
  }
  if (lines.length > 0 || isInComment) throw unknown(lines.join('\n'))
  return statements
}

function parse(comment, whole) {
  const base = { names: [], used: new Set(), isKept: false, words: [] }
  const { what, from } = (importing.exec(whole) ?? exporting.exec(whole))?.groups ?? {}
  if (what !== undefined && !always.test(whole)) {
    const verb = whole.startsWith('import') ? 'import' : 'export'
    const { type = '', names } = listed.exec(what)?.groups ?? {}
    if (names === undefined) throw unknown(whole)
    const list = names.split(',').flatMap((one) => readName(one.trim()))
    const byName = new Map(list.map(({ to, original }) => [to, original]))
    const print = () => {
      const kept = list.filter(({ to }) => base.used.has(to)).map(({ own }) => own)
      const end = from === undefined ? '' : ` from '${from}'`
      return kept.length === 0 ? '' : `${comment}${verb} ${type}{ ${kept.join(', ')} }${end};\n`
    }
    return { ...base, from, [verb === 'import' ? 'imported' : 'exported']: byName, print }
  }
  const all = exportingAll.exec(whole)?.groups.from
  if (all !== undefined) {
    const statement = { ...base, from: all, isAll: true }
    statement.print = () => (statement.isKept ? `${comment}${whole}\n` : '')
    return statement
  }
  const standard = /^export default (?<name>[\w$]+);$/.exec(whole)?.groups.name
  if (standard !== undefined) {
    const print = () => (base.used.size === 0 ? '' : `${comment}${whole}\n`)
    return { ...base, exported: new Map([['default', standard]]), print }
  }
  const { export: isExported, name } = declaring.exec(whole)?.groups ?? {}
  const isAlways = always.test(whole)
  if (name === undefined && !isAlways) throw unknown(whole)
  const text = withoutInternals(whole, name)
  const code = codeOf(text)
  if (/\bimport\(/.test(code)) throw unknown(whole)
  const words = [...new Set(code.match(/[A-Za-z_$][\w$]*/g))]
  const statement = { ...base, isAlways, words, names: name === undefined ? [] : [name] }
  statement.isExported = isExported !== undefined
  statement.print = () => (statement.isKept ? `${comment}${text}\n` : '')
  return statement
}

function unknown(text) {
  return new Error(
    `script/lib/parse-declarations.mjs does not know this form of a declaration, so write another: ${text}`,
  )
}

/** `type Name as Other` of a list. */
function readName(own) {
  if (own === '') return []
  const [original, to = original] = own.replace(/^type /, '').split(' as ')
  return [{ own, original, to }]
}

/** Without comments and texts. */
function codeOf(text) {
  return text.replace(
    /\/\*[^]*?\*\/|\/\/(?!\/).*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g,
    (found) => (found.startsWith('/') ? '' : "''"),
  )
}

function depthOf(code) {
  return (code.match(/[{([]/g)?.length ?? 0) - (code.match(/[})\]]/g)?.length ?? 0)
}

const internal =
  /^ {4}\/\*\*(?:(?!\*\/)[^])*?@internal\b[^]*?\*\/\n(?<member>[^]*?;)(?=\n(?: {4}[^\s})]|\}))/gm

/** Users cannot use them, but what has one is another type than what has none, or than what has one of another owner. */
function withoutInternals(text, owner) {
  return text
    .replace(internal, (whole, member) => {
      const name = /^ {4}(?<name>[\w$]*)(?:<[^]*?>)?\(/.exec(member)?.groups.name
      if (name === undefined) return whole
      const left = name === 'constructor' ? '' : `    ${name}(...args: never[]): '${owner}';`
      return left === '' ? '' : `    /** @internal */\n${left}`
    })
    .replace(/\n\n+/g, '\n')
}
