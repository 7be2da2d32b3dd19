import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

const widest = 120
const guides = ['docs', 'docs/migrating'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`),
)

describe('the tables of the guides', () => {
  it(`have no cell over ${widest} characters: more belongs in a paragraph below`, () => {
    const wide = ['README.md', ...guides].flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
        .filter(({ line }) => line.startsWith('|'))
        .filter(({ line }) => line.split(/(?<!\\)\|/).some((cell) => cell.trim().length > widest)),
    )
    assert.deepEqual(
      wide.map(({ place }) => place),
      [],
    )
  })
})
