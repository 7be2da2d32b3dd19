import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { filesIn, read } from '../repository.ts'

/** Guides and examples. Guides to move in with keep the names that visitors' cookies have. */
const pages = [
  'README.md',
  ...readdirSync('docs').map((name) => `docs/${name}`),
  ...filesIn('examples'),
].filter((path) => /\.(md|[jt]sx?|mjs)$/.test(path))

describe('the session cookies of guides and examples', () => {
  it('have the prefix __Host-, but where no https is meant', () => {
    const calls = pages.flatMap((path) =>
      read(path)
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
