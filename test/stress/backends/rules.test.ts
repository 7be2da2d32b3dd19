import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { beginning, begun, count, history, log, look, missing, span, visit } from './hand-made.ts'
import type { History, Outcome } from './history.ts'
import { checkHistory } from './rules/index.ts'
import { changes } from './sentences/changes.ts'
import { endings } from './sentences/endings.ts'
import { ids } from './sentences/ids.ts'
import { lives } from './sentences/lives.ts'

function rulesBroken(story: History): string[] {
  return [...new Set(checkHistory(story).map(({ rule }) => rule))]
}

describe('the rules for histories of sessions', () => {
  for (const [rule, wrong, bad, good] of [...changes, ...endings, ...ids, ...lives]) {
    it(`find “${rule}” broken when ${wrong}`, () => {
      assert.deepEqual(rulesBroken(history(beginning, ...bad)), [rule])
      assert.deepEqual(rulesBroken(history(beginning, ...good)), [])
    })
  }

  it('find a change that a login with an old id did not take along, if that login stands', () => {
    const story = (outcome: Outcome, seen: string[]) =>
      history(
        beginning,
        visit('turn', 'rotate', { at: 10, cookie: 'A1', issued: 'A2', seen: begun }),
        count('late', 20, 'A1', ['begin'], { outcome: 'old' }),
        visit('login', 'login', {
          at: 30,
          cookie: 'A1',
          issued: 'B1',
          userId: 'u',
          loginAt: 33,
          seen: log('late'),
          outcome,
        }),
        look(40, 'B1', log(...seen)),
      )
    assert.deepEqual(rulesBroken(story('written', ['late', 'login'])), [])
    assert.deepEqual(rulesBroken(story('written', ['login'])), ['changes are kept'])
    // Nobody was told that it was made: the old id may have lived on.
    assert.deepEqual(rulesBroken(story('unknown', ['login'])), [])
  })

  it('excuse what is missing after the server has forgotten everything', () => {
    const story = history(beginning, look(20, 'A1', {}, missing))
    story.losses.push({ type: 'loss', span: span(10, 12) })
    assert.deepEqual(rulesBroken(story), [])
  })

  it('allow for clocks that differ', () => {
    const story = history(
      visit('short', 'arrive', { at: 0, issued: 'B1', brief: true }),
      look(60, 'B1', { log: ['short'] }),
    )
    story.rules = { ...story.rules, skew: 10 }
    assert.deepEqual(rulesBroken(story), [])
  })
})
