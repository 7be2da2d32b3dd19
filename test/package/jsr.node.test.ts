/* The package on JSR, where the source itself is published: docs/decisions/043-jsr.md. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'

interface Manifest {
  version: string
  license: string
  exports: Record<string, string | { default: string }>
  imports: Record<string, string>
}

const manifestOf = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Manifest
const onNpm = manifestOf('package.json')
const onJsr = manifestOf('jsr.json')

/** JSR takes no module that adds to the types of another, and these do. Next is there for the sake of `next/headers.js`. */
const onNpmOnly = [
  'express',
  'koa',
  'fastify',
  'h3',
  'h3-v1',
  'nuxt',
  'next',
  'csrf/express',
  'csrf/koa',
  'csrf/fastify',
  'csrf/h3',
  'compat/express-session',
].map((name) => `./${name}`)

describe('jsr.json', () => {
  it('has the entries of package.json, from their source, but for those that JSR does not take', () => {
    const expected = Object.entries(onNpm.exports)
      .filter(([name]) => name !== './package.json' && !onNpmOnly.includes(name))
      .map(([name, entry]) => [name, sourceOf(entry)])
    assert.deepEqual(Object.entries(onJsr.exports), expected)
    for (const name of onNpmOnly) assert.ok(name in onNpm.exports, name)
  })

  it('has the version and the licence of package.json', () => {
    assert.deepEqual([onJsr.version, onJsr.license], [onNpm.version, onNpm.license])
  })

  it('can be published, without slow types, as Deno says that would do it', () => {
    const cache = mkdtempSync(join(tmpdir(), 'deno-'))
    try {
      const deno = 'test/runtimes/node_modules/@deno/linux-x64-glibc/deno'
      const options = ['publish', '--dry-run', '--allow-dirty', '--no-check']
      const { status, stderr } = spawnSync(deno, options, {
        encoding: 'utf8',
        // It has to find everything here: no registry is asked.
        env: { ...process.env, DENO_DIR: cache, HTTPS_PROXY: 'http://127.0.0.1:9', NO_COLOR: '1' },
      })
      assert.doesNotMatch(stderr, /^(warning|error)/m)
      assert.match(stderr, /Success Dry run complete/)
      assert.equal(status, 0)
      const published = [...stderr.matchAll(/\/(src\/\S+\.ts) \(/g)].map(([, path]) => `./${path}`)
      assert.deepEqual(
        Object.values(onJsr.exports).filter((path) => !published.includes(String(path))),
        [],
      )
    } finally {
      rmSync(cache, { recursive: true })
    }
  })
})

function sourceOf(entry: Manifest['exports'][string]): string {
  assert.ok(typeof entry === 'object')
  return entry.default.replace(/^\.\/dist\/(.*)\.js$/, './src/$1.ts')
}
