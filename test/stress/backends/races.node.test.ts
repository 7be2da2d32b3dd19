/*
 * RACES_SEED=42 runs another choice of visits and pauses. The same seed makes the same choices; how the processes'
 * operations then fall between each other is up to the machine, but for the pauses.
 */
import assert from 'node:assert/strict'
import process from 'node:process'
import { after, before, describe, it } from 'node:test'
import { isBrief } from '../../random-cases.ts'
import { Crew } from './crew.ts'
import type { History, Outcome, Visit, VisitKind } from './history.ts'
import { usualSpeed } from './plan.ts'
import { checkHistory, type Finding, type Rule } from './rules/index.ts'
import { isMissing, startTargets, targets } from './targets.ts'

const first = Number(process.env['RACES_SEED'] ?? 1)
const seeds = [first, first + 1, ...(isBrief ? [] : [first + 2])]
/** Of each lane. */
const usualVisits = 100
/** With one seed, each with a clock that runs half as fast as before. */
const mostRuns = 5
/** In the last run the clocks of the processes are wrong by minutes. */
const skews = [-140_000, 0, 140_000, 0]

let crew: Crew
before(async () => {
  crew = await Crew.start(4)
})
after(() => crew?.stop())
const startedTarget = startTargets(targets)
/** How many were late with a new id, on each target. On a slow one that makes few visits nobody may have been. */
const beatenOnEach: number[] = []

for (const target of targets) {
  describe(`four processes on ${target.name}`, { skip: isMissing(target) }, () => {
    const histories: History[] = []
    const findings: Finding[][] = []
    const seedOf: number[] = []

    before(async () => {
      const { address } = await startedTarget(target)
      for (const seed of seeds) {
        const isLast = seed === seeds.at(-1)
        const options = { address, seed, ...target.pace, ...(isLast && { skews }) }
        // On a busy machine brief sessions end before many visits: then once more, with a slower clock.
        let speed = target.pace?.speed ?? usualSpeed
        for (let runs = 0; runs < mostRuns; runs++, speed /= 2) {
          const history = await crew.run({ ...options, speed })
          histories.push(history)
          findings.push(checkHistory(history))
          seedOf.push(seed)
          if (livedThroughEnough(history)) break
        }
      }
    })

    function livedThroughEnough({ visits }: History): boolean {
      const written = visits.filter(({ outcome }) => outcome === 'written')
      const uses = written.filter(({ kind }) => kind === 'look')
      const brief = written.filter((visit) => visit.brief && visit.cookie)
      console.log(
        target.name,
        uses.length,
        brief.length,
        visits.filter((v) => v.brief && v.outcome === 'absent').length,
      )
      return Math.min(uses.length, brief.length) > enough(20) / seeds.length
    }

    function findingsOf(rule: Rule): string[] {
      return findings
        .flatMap((some, n) => some.map((finding) => ({ seed: seedOf[n], ...finding })))
        .filter((finding) => finding.rule === rule)
        .map(({ seed, text }) => `seed ${seed}: ${text}`)
    }

    function visits(kind: VisitKind, ...outcomes: Outcome[]): Visit[] {
      return histories
        .flatMap((history) => history.visits)
        .filter((visit) => visit.kind === kind && outcomes.includes(visit.outcome))
    }

    const events = (type: string) => histories.map((history) => history.events[type] ?? 0)
    const orders = (type: string) =>
      histories
        .flatMap((history) => history.orders)
        .filter((order) => order.type === type && order.ok)
    const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0)
    /** So many of three runs in which each lane makes as many visits as usual: shorter ones differ more from each other. */
    const enough = (count: number) =>
      (count * (target.pace?.visits ?? usualVisits)) / (usualVisits * (isBrief ? 3 : 1))
    const applies = (rule: Rule) => target.without?.[rule] === undefined

    it('lose no change that was acknowledged, and make none twice (P1)', () => {
      assert.deepEqual(findingsOf('changes are kept'), [])
      assert.ok(sum(events('conflict')) > enough(30), 'too few conflicts to tell')
      assert.ok(visits('count', 'written').length > enough(100))
      assert.ok(visits('flash', 'written').length > enough(30))
    })

    it('read nothing and save nothing after the end of a session was acknowledged (P2)', () => {
      assert.deepEqual(findingsOf('an end is final'), [])
      assert.ok(visits('destroy', 'ended').length + orders('revoke').length > enough(10))
      assert.ok(sum(events('interrupted')) > enough(10), 'too few saves met an end')
    })

    it('bring no session back by noting that it is used (P2)', () => {
      assert.deepEqual(findingsOf('a use revives nothing'), [])
      assert.ok(visits('look', 'written').length > enough(20), 'too few uses were noted')
    })

    it('let an id do nothing after it was ended, and see nothing that came after it (P4)', () => {
      assert.deepEqual(findingsOf('ids stay apart'), [])
      assert.ok(visits('login', 'written').length > enough(20))
      assert.ok(visits('kill', 'written').length > enough(3))
      assert.ok(visits('rotate', 'written').length > enough(20))
    })

    it('let one of several that change an id at once do it', () => {
      assert.deepEqual(findingsOf('one gets the new id'), [])
      const late: Outcome[] = ['old', 'rotated']
      const beaten = [
        ...visits('rotate', ...late),
        ...visits('kill', ...late),
        ...visits('login', ...late),
      ]
      beatenOnEach.push(beaten.length)
      assert.ok(isBrief || beaten.length > 0, 'nobody was beaten')
    })

    if (applies('all sessions of a user end')) {
      it('end all sessions of a user, those of logins under way too, and no others (P2)', () => {
        assert.deepEqual(findingsOf('all sessions of a user end'), [])
        assert.ok(orders('revokeAll').length > enough(3))
        assert.ok(orders('list').length > enough(10))
      })
    } else {
      it(`cannot end all sessions of a user: ${target.without!['all sessions of a user end']}`, () => {
        assert.deepEqual(
          [findingsOf('all sessions of a user end'), orders('revokeAll'), orders('list')],
          [[], [], []],
        )
      })
    }

    it('read no session, and save none, after its time (P5)', () => {
      assert.deepEqual(findingsOf('what has expired is over'), [])
      const brief = histories.flatMap((history) => history.visits).filter((visit) => visit.brief)
      assert.ok(brief.some(({ outcome }) => outcome === 'absent'))
      assert.ok(
        brief.filter(({ cookie, outcome }) => cookie && outcome === 'written').length > enough(20),
      )
    })

    it('keep all of these promises while their clocks are minutes apart', () => {
      assert.equal(histories.at(-1)!.rules.skew, 280_000)
      assert.deepEqual(findings.at(-1), [])
    })

    it('give each visitor without a session one of their own', () => {
      assert.deepEqual(findingsOf('each visitor has an own session'), [])
      assert.ok(visits('arrive', 'written').length > enough(50))
    })

    if (applies('nothing ends without a reason')) {
      it('end no session without a reason, though what has expired is swept', () => {
        assert.deepEqual(findingsOf('nothing ends without a reason'), [])
        assert.ok(
          sum(orders('sweep').map((order) => (order.type === 'sweep' && order.deleted) || 0)) > 0,
        )
      })
    } else {
      it(`end no session without a reason; ${target.without!['nothing ends without a reason']}`, () => {
        assert.deepEqual(findingsOf('nothing ends without a reason'), [])
      })
    }

    it('let an old id read in its grace, and not longer (P4)', () => {
      assert.deepEqual(findingsOf('a grace is kept'), [])
      const olds: VisitKind[] = ['count', 'set', 'flash', 'rotate', 'look']
      assert.ok(
        olds.some((kind) => visits(kind, 'old').length > 0),
        'no old id was used',
      )
    })

    it('see a store that does one thing after the other with each key', () => {
      assert.deepEqual(findingsOf('linearizable'), [])
      assert.ok(sum(histories.map(({ operations }) => operations.length)) > enough(2000))
    })
  })
}

describe('four processes on all of them', () => {
  it('were late with a new id often enough to tell', () => {
    assert.ok(beatenOnEach.reduce((all, one) => all + one, 0) > beatenOnEach.length)
  })
})
