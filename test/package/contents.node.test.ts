import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { before, describe, it } from 'node:test'
import { packed } from './packed.ts'

describe('the package', () => {
  let size: number
  let paths: Set<string>

  before(() => {
    const found = packed()
    size = found.size
    paths = new Set(found.files.map(({ path }) => path))
  })

  it('is small: at most 422 kB, a quarter of it conformance cases, and little beside scripts and declarations', () => {
    assert.ok(size <= 422_000, `${size} bytes`)
    const others = [...paths].filter((path) => !/^dist\/.*(?<!\.d)\.(js|d\.ts)$/.test(path))
    assert.deepEqual(
      others.filter((path) => !/^docs\/(migrating\/)?[\w-]+\.md$/.test(path)),
      ['LICENSE', 'README.md', 'dist/cli/starters.json', 'package.json'],
    )
  })

  it('has the declarations to which an entry leads, and no others', () => {
    const reached = new Set<string>()
    const left = entryTypes()
    assert.ok(left.length > 40)
    while (left.length > 0) {
      const path = left.pop()!
      if (reached.has(path)) continue
      reached.add(path)
      assert.ok(paths.has(path), path)
      left.push(...importsIn(path))
    }
    const declarations = [...paths].filter((path) => path.endsWith('.d.ts'))
    assert.deepEqual(declarations.toSorted(), [...reached].toSorted())
  })

  it('has a script beside each declaration of more than types, none that is empty, and refers to no file that is not there', () => {
    const scripts = [...paths].filter((path) => path.endsWith('.js'))
    assert.ok(scripts.length > 100)
    for (const path of paths) {
      if (!path.endsWith('.d.ts') || !declaresValues(readFileSync(path, 'utf8'))) continue
      assert.ok(paths.has(path.replace(/\.d\.ts$/, '.js')), path)
    }
    for (const path of scripts) {
      const text = readFileSync(path, 'utf8')
      assert.doesNotMatch(text, /sourceMappingURL/)
      assert.notEqual(text, 'export {};\n', path)
      for (const [, name] of text.matchAll(/^(?:im|ex)port .*from '(\..*)'/gm)) {
        assert.ok(paths.has(join(dirname(path), name!)), `${path}: ${name}`)
      }
    }
  })

  it('declares nothing of its inside, and of what is internal only that it is there, and whose', () => {
    const declarations = [...paths].filter((path) => path.endsWith('.d.ts'))
    const all = declarations.map((path) => readFileSync(path, 'utf8')).join('')
    assert.doesNotMatch(all, /\b(SessionState|GuardedStore|StorageContext|storageOn)\b/)
    assert.match(
      all,
      /interface SessionGroups \{\n.*@internal.*\n +ofStore\(\.\.\.args: never\[\]\): 'SessionGroups';/,
    )
  })

  it('tells in its declarations what everything does', () => {
    const declarations = readFileSync('dist/core/session/session.d.ts', 'utf8')
    assert.match(declarations, /Leaves a message for the next page/)
  })

  it('has links only to what is in it', () => {
    const dead = [...paths]
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        linksIn(readFileSync(path, 'utf8'))
          .filter((link) => !isLive(path, link, paths))
          .map((link) => `${path}: ${link}`),
      )
    assert.deepEqual(dead, [])
  })

  it('says in one place what is left for the owner to fill in', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>
    const missing = ['repository', 'homepage', 'bugs'].filter((field) => !(field in manifest))
    for (const field of missing) assert.match(String(manifest['//']), new RegExp(`\\b${field}\\b`))
  })
})

/** Whether a declaration names something that is there when a program runs. */
function declaresValues(text: string): boolean {
  return /^export (declare|default|\*|\{(?!\}))/m.test(text)
}

/** The declarations of all entries. */
function entryTypes(): string[] {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, string | { types?: string; default?: string }>
  }
  return Object.values(exports)
    .map((entry) => (typeof entry === 'string' ? entry : (entry.types ?? entry.default ?? '')))
    .filter((path) => /\.(js|d\.ts)$/.test(path))
    .map((path) => join(path.replace(/(\.d\.ts|\.js)$/, '.d.ts')))
}

function importsIn(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  const found = text.matchAll(/(?:from|import\(|import)\s*['"](\.[^'"]+)['"]/g)
  return [...found].map(([, name]) => join(dirname(path), name!.replace(/\.[jt]s$/, '.d.ts')))
}

function linksIn(markdown: string): string[] {
  const text = markdown.replace(/^```[^]*?^```$/gm, '').replace(/`[^`\n]*`/g, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)
}

function isLive(from: string, link: string, paths: ReadonlySet<string>): boolean {
  if (/^https?:/.test(link)) return true
  const [file, anchor] = link.split('#') as [string, string?]
  const target = file === '' ? from : join(dirname(from), file)
  if (!paths.has(target)) return false
  return anchor === undefined || anchorsIn(readFileSync(target, 'utf8')).includes(anchor)
}

function anchorsIn(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
