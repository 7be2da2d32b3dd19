/* The tables of options in the README and in docs/storages.md, and the options that there are. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

const readme = readFileSync('README.md', 'utf8')

/** What the first column of the table with this heading names. */
function namedUnder(heading: string): string[] {
  const [, table = ''] = readme.split(`\n| ${heading} |`)
  const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(2)
  return rows.flatMap((row) =>
    [...row.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
  )
}

/** The members of an interface, and of those that it extends. */
function membersOf(api: string, name: string): string[] {
  const text = readFileSync(api, 'utf8')
  const found = new RegExp(`^export interface ${name}\\b(.*)\\{\\n([^]*?)^\\}`, 'm').exec(text)
  assert.ok(found, `${api} has no interface ${name}`)
  const [, head, body] = found
  const parents = /extends (.*)/.exec(head!.replace(/<[^>]*>/g, ''))?.[1]?.split(',') ?? []
  const own = [...body!.matchAll(/^ {4}(\w+)\??:/gm)].map(([, member]) => member!)
  return [...own, ...parents.flatMap((parent) => membersOf(api, parent.trim()))]
}

const tables: Readonly<Record<string, readonly [api: string, name: string]>> = {
  'of every storage': ['api/coatcheck.txt', 'SessionStorageOptions'],
  'of the middleware, in every framework': ['api/coatcheck.txt', 'VisitOptions'],
  'of a cookie': ['api/coatcheck.txt', 'CookieOptions'],
}

describe('The options in the README', () => {
  for (const [heading, [api, name]] of Object.entries(tables)) {
    it(`are options that there are: those ${heading}`, () => {
      const named = namedUnder(`${heading} | what it is for`)
      assert.ok(named.length > 2)
      const known = membersOf(api, name)
      assert.deepEqual(
        named.filter((option) => !known.includes(option)),
        [],
      )
    })
  }
})

describe('The options of one storage in docs/storages.md', () => {
  it('are all that there are, and no others', () => {
    const [, table = ''] = readFileSync('docs/storages.md', 'utf8').split(
      '\n| option | storage | what it does | default |',
    )
    const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(2)
    const named = rows.map((row) => /^\| `(\w+)` \|/.exec(row)![1]!)
    const files = [
      ['cloudflare-storage', 'D1StoreOptions'],
      ['cloudflare-storage', 'DurableObjectStoreOptions'],
      ['compat/express-store', 'ExpressStoreOptions'],
      ['cookie-storage', 'CookieStorageOptions'],
      ['fs-storage', 'FsStoreOptions'],
      ['memcache-storage', 'MemcacheStoreOptions'],
      ['memory-storage', 'MemoryStoreOptions'],
      ['redis-storage', 'RedisStoreOptions'],
      ['sql-storage', 'SqlStoreOptions'],
      ['sqlite-storage', 'SqliteStoreOptions'],
      ['unstorage-storage', 'UnstorageStoreOptions'],
    ] as const
    const known = files.flatMap(([file, name]) => membersOf(`api/${file}.txt`, name))
    // The clock is an option of every storage.
    const own = new Set(known.filter((option) => option !== 'now'))
    assert.deepEqual(named.toSorted(), [...own].toSorted())
  })
})
