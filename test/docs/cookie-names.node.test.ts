import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

/** Guides and examples. Guides to move in with keep the names that visitors' cookies have. */
const pages = [
  'README.md',
  ...readdirSync('docs').map((name) => `docs/${name}`),
  ...readdirSync('examples', { recursive: true, encoding: 'utf8' })
    .filter((name) => !/(^|[/\\])(node_modules|dist|build|\.\w[^/\\]*)([/\\]|$)/.test(name))
    .map((name) => `examples/${name}`),
].filter((path) => /\.(md|[jt]sx?|mjs)$/.test(path))

describe('the session cookies of guides and examples', () => {
  it('have the prefix __Host-, but where no https is meant', () => {
    const calls = pages.flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
        .filter(({ line }) => /createCookie(SessionStorage)?\(['"][\w-]*sess/i.test(line)),
    )
    assert.ok(calls.length > 10, `${calls.length}`)
    const others = calls.filter(({ line }) => !/['"]__Host-|secure: false/.test(line))
    assert.deepEqual(
      others.map(({ place }) => place),
      [],
    )
  })
})
