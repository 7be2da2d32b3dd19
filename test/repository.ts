/* The files of this repository, and what stands in them. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { fileURLToPath } from 'node:url'

export interface Import {
  /** `core/cookie/cookie.ts` for our own files, otherwise as written. */
  target: string
  isOwn: boolean
  isTypeOnly: boolean
}

export interface SourceFile {
  /** From `src/` on: `core/cookie/cookie.ts`. */
  path: string
  text: string
  imports: Import[]
}

export const root: string = fileURLToPath(new URL('../../', import.meta.url))

export function readSource(file: string): SourceFile {
  const path = file.replace(/^src\//, '')
  const text = read(file)
  const withoutComments = strip(text, 'code and strings')
  const statements = withoutComments.matchAll(
    /^(?:import|export)(?<type>\s+type)?\s+(?:(?:\*(?:\s+as\s+\w+)?|\w+|\{[^}]*\})\s*from\s*)?'(?<from>[^']+)'|\bimport\(\s*'(?<dynamic>[^']+)'/gm,
  )
  const imports = Array.from(statements, ({ groups }) => {
    const specifier = groups?.['from'] ?? groups?.['dynamic'] ?? ''
    const isOwn = specifier.startsWith('.')
    const target = isOwn ? join(dirname(path), specifier) : specifier
    return { target, isOwn, isTypeOnly: groups?.['type'] !== undefined }
  })
  return { path, text, imports }
}

/** `file:line: text` of each line that matches. */
export function mentions(files: SourceFile[], pattern: RegExp, part: 'code' | 'code and strings') {
  return files.flatMap(({ path, text }) =>
    strip(text, part)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
  )
}

/** The text without comments, and without what stands in quotes when only the code is asked for. */
function strip(text: string, part: 'code' | 'code and strings'): string {
  const newlines = (removed: string) => removed.replace(/[^\n]/g, '')
  const pieces = /\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/.*|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g
  return text.replace(pieces, (found) => {
    if (/^['`]/.test(found)) return part === 'code' ? "''" : found
    return newlines(found)
  })
}

/** The files under a folder that are ours, from the root of the repository on. */
export function filesIn(folder: string): string[] {
  const notOurs = ['node_modules', 'dist', '.build', '.git', 'results', '.sessions']
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.includes(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : []
  })
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
