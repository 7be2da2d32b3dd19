import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/* The code in docs/migrating: taken out, compiled as strictly as all code here, ready to run. */

const root = fileURLToPath(new URL('../../../', import.meta.url))
const guides = join(root, 'docs/migrating')

export interface CodeBlock {
  /** `remix` for remix.md. */
  guide: string
  /** By the comment that it begins with. */
  path: string
  /** The code without what a diff adds; undefined where there is no diff. */
  before: string | undefined
  /** The code, with what a diff adds. */
  after: string
}

/** Every block of code in the guides. */
export function readBlocks(): CodeBlock[] {
  return readdirSync(guides).flatMap((file) => {
    const text = readFileSync(join(guides, file), 'utf8')
    const fences = text.matchAll(/^(?<indent> *)```(?<kind>.*)\n(?<code>[\s\S]*?)^ *```$/gm)
    return Array.from(fences, ({ groups }) => {
      const { indent = '', kind = '', code = '' } = groups ?? {}
      const lines = code.split('\n').map((line) => line.slice(indent.length))
      return blockOf(basename(file, '.md'), kind, lines)
    })
  })
}

function blockOf(guide: string, kind: string, lines: string[]): CodeBlock {
  const path = /^ ?\/\/ (\S+\.ts)$/.exec(lines[0]!)?.[1]
  if (path === undefined) throw new Error(`A block of ${guide}.md has no file name`)
  if (kind === 'ts') return { guide, path, before: undefined, after: lines.join('\n') }
  if (kind !== 'diff') throw new Error(`${guide}.md has a block that nobody tests: ${kind}`)
  const side = (sign: string) => {
    const kept = lines.filter((line) => line === '' || line[0] === ' ' || line[0] === sign)
    return kept.map((line) => line.slice(1)).join('\n')
  }
  return { guide, path, before: side('-'), after: side('+') }
}

/*
 * Libraries whose session stands at the same property of a request as ours: the types of the two do not go into one
 * program.
 */
const peers = new Set([
  'cookie-session',
  'fastify-secure-session',
  'fastify-session',
  'hono-sessions',
  'koa-session',
])

/** Whether this is of a guide of which each side is a program of its own. */
export function isOfPeer({ guide }: CodeBlock): boolean {
  return peers.has(guide)
}

/** What these show before their diffs, or after them, as a program of its own. */
export function sideOf(blocks: readonly CodeBlock[], side: 'before' | 'after'): CodeBlock[] {
  return blocks.map((block) => ({
    ...block,
    after: block[side] ?? block.after,
    before: undefined,
  }))
}

export interface CompiledGuides {
  /** Runs a block, or what it was before the diff. */
  load(guide: string, path: string, side?: 'before' | 'after'): Promise<any>
  remove(): void
}

/**
 * Compiles all blocks.
 *
 * @param more Files that the guides take for granted, by their path in `<guide>/<side>/`.
 * @throws If one does not compile, with what the compiler says.
 */
export function compileBlocks(
  blocks: readonly CodeBlock[],
  more: Readonly<Record<string, string>>,
): CompiledGuides {
  const folder = mkdtempSync(join(root, '.build/guides-'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, 'src', path)), { recursive: true })
    writeFileSync(join(folder, 'src', path), text)
  }
  for (const { guide, path, before, after } of blocks) {
    write(`${guide}/after/${path}`, after)
    if (before !== undefined) write(`${guide}/before/${path}`, before)
  }
  for (const [path, text] of Object.entries(more)) write(path, text)
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      rootDir: 'src',
      outDir: 'out',
      paths: {
        '@remix-run/session-middleware': ['./src/session-middleware.ts'],
        '@remix-run/auth': ['./src/auth.ts'],
      },
    },
    include: ['src'],
    exclude: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    remove()
    const { stdout } = error as { stdout: string }
    throw new Error(`The guides do not compile:\n${stdout}`, { cause: error })
  }
  return {
    load: (guide, path, side = 'after') =>
      import(pathToFileURL(join(folder, 'out', guide, side, path.replace(/ts$/, 'js'))).href),
    remove,
  }
}
