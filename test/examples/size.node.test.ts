import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

/*
 * How the lines of an example are counted. Counted are the lines of its source, pages and imports included. Not counted
 * are blank lines, comments, lines that only close what another has opened, configuration, declarations of types, and
 * the files that every app of the framework has, as its starter makes them.
 */
const most = 80
const ofStarters = [
  'next/app/layout.tsx',
  'nuxt/app/app.vue',
  'react-router/app/layout.tsx',
  'tanstack-start/src/router.tsx',
  'tanstack-start/src/routes/__root.tsx',
]
/** Whole apps, which are read for other things, and what `coatcheck new` makes apps of: several servers in one folder. */
const larger = ['react-router-compat', 'servers', 'shop']

const isSource = (path: string) =>
  /\.(js|ts|tsx|vue|svelte|astro)$/.test(path) && !/\.(config|d)\.\w+$/.test(path)
const saysNothing = /^\s*$|^\s*(\/\/|\/\*|\*)|^\s*(<\/\w*>|[)\]}>,;])+\s*$|^---$/

function linesOf(path: string): number {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => !saysNothing.test(line)).length
}

describe('the examples', () => {
  const files = execFileSync('git', ['ls-files', '-z', 'examples'], { encoding: 'utf8' })
    .split('\0')
    .map((path) => path.replace(/^examples\//, ''))
    .filter((path) => isSource(path) && !ofStarters.includes(path))
  const names = [...new Set(files.map((path) => path.split('/')[0]!))]

  for (const name of names.filter((one) => !larger.includes(one))) {
    it(`are small: ${name} has ${most} lines or fewer`, () => {
      const own = files.filter((path) => path.startsWith(`${name}/`))
      const total = own.reduce((sum, path) => sum + linesOf(`examples/${path}`), 0)
      assert.ok(total > 20 && total <= most, `${total} lines`)
    })
  }

  it('have the same pages where they are plain JavaScript, although each can be copied alone', () => {
    const pages = files.filter((path) => /^(?!servers)\w+\/pages\.js$/.test(path))
    assert.ok(pages.length > 5)
    const texts = new Set(pages.map((path) => readFileSync(`examples/${path}`, 'utf8')))
    assert.equal(texts.size, 1)
  })

  it('are found', () => {
    assert.ok(names.length > 12)
    for (const name of larger) assert.ok(names.includes(name), name)
  })
})
