/* The rows of docs/asvs.md and docs/wishes.md: whole, proved by tests that there are, with recipes that compile. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'

const states = ['By default', 'By one option', 'By one call', 'The app’s']

/** What the recipes take for granted. */
const given = `
import { type Session, timeouts } from 'coatcheck'
import { createSessionGroups, createSessionLimit, requireLevel, requireRecentLogin } from 'coatcheck/accounts'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
const cookie = createCookie('__Host-session', { secrets: ['Qw8eR2tY5uI1oP7aS4dF9gH3jK6lZ0xC'] })
const handles = new Map<string, string>()
`

interface Row {
  title: string
  text: string
}

function rowsOf(page: string, heading: string): Row[] {
  const [, ...rows] = readFileSync(page, 'utf8').split(new RegExp(`^${heading} (?=\\S)`, 'm'))
  return rows.map((row) => ({
    title: row.slice(0, row.indexOf('\n')),
    // Up to a heading of a higher level.
    text: row.split(/^#{1,2} /m)[0]!,
  }))
}

/** The names of the tests and cases in a file, as they are written there: templates with what they put in. */
function namesIn(path: string): Set<string> {
  const source = readFileSync(path, 'utf8')
  const named = /\b(?:it|test|describe)\(\s*|\bname:\s*/.source
  const literal = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/.source
  const found = source.matchAll(new RegExp(`(?:${named})(?:${literal})`, 'g'))
  const names = Array.from(found, ([, single, double, template]) => single ?? double ?? template!)
  return new Set(names.map((name) => name.replace(/\\(['"`\\])/g, '$1')))
}

function citationsIn(text: string): { path: string; name: string | undefined }[] {
  const lines = text.matchAll(/^\* `((?:test|src\/testing)\/[^`]+)`(?: › "(.+)")?/gm)
  return [...lines].map(([, path, name]) => ({ path: path!, name }))
}

const pages: Record<string, Row[]> = {
  'docs/asvs.md': rowsOf('docs/asvs.md', '###'),
  'docs/wishes.md': rowsOf('docs/wishes.md', '##'),
}

for (const [page, rows] of Object.entries(pages)) {
  describe(`The rows of ${page}`, () => {
    it('say who keeps them', () => {
      const silent = rows.filter(({ text }) => {
        const said = [...text.matchAll(/\*\*([^*]+?)\.?\*\*/g)].map(([, state]) => state!)
        return !said.some((state) => states.includes(state.replace("'", '’')))
      })
      assert.deepEqual(silent, [])
    })

    it('have a test or a recipe each', () => {
      const bare = rows.filter(
        ({ text }) =>
          citationsIn(text).length === 0 && !text.includes('```') && !/Rows /.test(text),
      )
      assert.deepEqual(bare, [])
    })

    it('name tests that there are', () => {
      const cited = rows.flatMap(({ text }) => citationsIn(text))
      assert.ok(cited.length > 40, String(cited.length))
      const missing = cited.filter(({ path, name }) => {
        if (!existsSync(path)) return true
        return name !== undefined && !namesIn(path).has(name)
      })
      assert.deepEqual(missing, [])
      // Every line that looks like one was read as one.
      const looks = rows.flatMap(({ text }) => text.match(/^\* `.*$/gm) ?? [])
      assert.equal(looks.length, cited.length)
    })

    it('have links that lead somewhere', () => {
      const links = rows.flatMap(({ text }) => [...text.matchAll(/\]\(([^)#]+)(?:#([^)]+))?\)/g)])
      const dead = links.filter(([, file, anchor]) => {
        const titles = readFileSync(`docs/${file}`, 'utf8').matchAll(/^#+ (.+)$/gm)
        const anchors = Array.from(titles, ([, title]) => title!.toLowerCase().replaceAll(' ', '-'))
        return anchor !== undefined && !anchors.includes(anchor)
      })
      assert.deepEqual(dead, [])
    })

    it('have recipes that compile', () => {
      const recipes = rows.flatMap(({ text }) =>
        [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code!),
      )
      assert.ok(recipes.length > 0)
      const code = recipes.join('\n')
      const own = /const storage\b/.test(code)
        ? ''
        : 'const storage = createMemorySessionStorage(timeouts.aal1)\n'
      const folder = mkdtempSync('.build/rows-')
      try {
        writeFileSync(`${folder}/recipes.ts`, `${given}${own}${code}\nexport { cookie, handles }\n`)
        const config = {
          extends: '../../tsconfig.json',
          compilerOptions: { noUnusedLocals: false },
          include: ['recipes.ts'],
          exclude: [],
        }
        writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config))
        execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder], {
          encoding: 'utf8',
        })
      } catch (error) {
        assert.fail((error as { stdout?: string }).stdout ?? String(error))
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
  })
}

describe('The rows of the standards', () => {
  it('are all of chapter V7 of ASVS 5.0', () => {
    const sizes: [section: number, rows: number][] = [
      [1, 3],
      [2, 4],
      [3, 2],
      [4, 5],
      [5, 3],
      [6, 2],
    ]
    const all = sizes.flatMap(([section, count]) =>
      Array.from({ length: count }, (_, index) => `7.${section}.${index + 1}`),
    )
    const titles = pages['docs/asvs.md']!.map(({ title }) => /^ASVS (\S+) /.exec(title)?.[1])
    assert.deepEqual(
      titles.filter((id) => id?.startsWith('7.')),
      all,
    )
  })

  it('are those of every part of section 5 of NIST SP 800-63B-4', () => {
    const titles = pages['docs/asvs.md']!.map(({ title }) => title)
    const parts = titles.map((title) => /^NIST §(\S+)/.exec(title)?.[1])
    const found = [...new Set(parts.filter((part) => part !== undefined))]
    assert.deepEqual(found, ['5.1', '5.1.1', '5.1.2', '5.2', '5.3'])
    const numbered = (start: string) => titles.filter((title) => title.startsWith(start)).length
    assert.equal(numbered('NIST §5.1 requirement '), 6)
    assert.equal(numbered('NIST §5.1.1 item '), 7)
  })

  it('are all 25 wishes, in their order', () => {
    const numbers = pages['docs/wishes.md']!.map(({ title }) => parseInt(title, 10))
    assert.deepEqual(
      numbers,
      Array.from({ length: 25 }, (_, index) => index + 1),
    )
  })
})
