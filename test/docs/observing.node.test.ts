/* The programs in docs/observing.md, and what the page says of events. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { logEvents } from 'coatcheck/log'
import { programsIn } from './blocks.ts'

const page = 'docs/observing.md'

describe('The guide to logs, spans and metrics', () => {
  const folder = mkdtempSync('.build/observing-')
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const [name, text] of programsIn(page)) {
    it(`has a program that makes a storage: ${name}`, async () => {
      writeFileSync(join(folder, name), text)
      const { storage } = await import(pathToFileURL(join(folder, name)).href)
      const session = await storage.read(null)
      session.set('a', 1)
      const value = await storage.save(session)
      assert.equal((await storage.read(value)).get('a'), 1)
    })
  }

  it('says of each event at which level it is, and knows all of them', () => {
    const listed = [...readFileSync(page, 'utf8').matchAll(/^\| `(\w+)` \| (`.*`) \|$/gm)].flatMap(
      ([, level, events]) => [...events!.matchAll(/`([^`]+)`/g)].map(([, event]) => [event, level]),
    )
    const [, table = ''] = readFileSync('docs/errors.md', 'utf8').split('## Events')
    const rows = [...table.matchAll(/^\| ((?:`[\w-]+` ?)+)/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([\w-]+)`/g)].map(([, event]) => event!),
    )
    assert.ok(rows.length > 12)
    assert.deepEqual(listed.map(([event]) => event).toSorted(), rows.toSorted())
    for (const [event, level] of listed) {
      const told: string[] = []
      const write = (at: string) => () => told.push(at)
      const logger = {
        debug: write('debug'),
        info: write('info'),
        warn: write('warn'),
        error: write('error'),
      }
      logEvents(logger, { level: 'debug' })({ type: event, at: 0 } as never)
      assert.deepEqual(told, [level], event)
    }
  })
})
