import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

/** Every module that is loaded with this one, before anything in it is called. */
function loadedWith(url: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(url)) return seen
  seen.add(url)
  if (!url.startsWith('file:')) return seen
  const text = readFileSync(fileURLToPath(url), 'utf8')
  for (const [, specifier] of text.matchAll(
    /^(?:import|export)\s(?:[^'";]*\sfrom\s)?'([^']+)'/gm,
  )) {
    loadedWith(specifier!.startsWith('.') ? new URL(specifier!, url).href : specifier!, seen)
  }
  return seen
}

describe('coatcheck/compat/classes', () => {
  it('loads where there is no file system', () => {
    const modules = [...loadedWith(import.meta.resolve('coatcheck/compat/classes'))]
    assert.ok(modules.some((url) => url.endsWith('/core/session/session.js')))
    assert.deepEqual(
      modules.filter((url) => !url.startsWith('file:') || url.includes('/storages/fs')),
      [],
    )
  })

  it('would be found out if it did not', () => {
    const modules = [...loadedWith(import.meta.resolve('coatcheck/memcache-storage'))]
    assert.ok(modules.includes('node:net'))
  })
})
