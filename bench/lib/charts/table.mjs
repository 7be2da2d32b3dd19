// The table of targets in bench/README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { judge, wantedOf } from '../judge.mjs'
import { targets } from '../targets.mjs'
import { aboutRun } from './about.mjs'
import { withVersion } from './versions.mjs'

const readme = new URL('../../README.md', import.meta.url)
const begin = '<!-- targets: written by script/bench --charts -->'
const end = '<!-- end of targets -->'

/** Writes what each target reached by each Node that there are results of. Returns how many were met, for each. */
export function writeTargets(results) {
  const runs = results
    .map(({ major, tables }) => {
      const busy = new Set(tables.filter(({ isBusy }) => isBusy).map(({ id }) => id))
      const verdicts = judge(tables).map((one) => ({
        ...one,
        isJudged: !busy.has(one.table) || isCounted(one),
      }))
      return { major, tables, verdicts }
    })
    .filter(({ verdicts }) => verdicts.length > 0)
  const find = ({ verdicts }, { label }) => verdicts.find((one) => one.label === label)
  const judged = targets.filter((target) => runs.some((run) => find(run, target)))

  const head = ['target', 'ours', 'against', 'wanted', ...runs.map(({ major }) => `Node ${major}`)]
  const lines = judged.map((target) => {
    const cells = runs.map((run) => {
      const verdict = find(run, target)
      if (verdict === undefined) return ''
      const { reached, met, isJudged } = verdict
      return `${reached}${isJudged ? (met ? ' met' : ' **missed**') : ', not judged'}`
    })
    const sign = target.measure === 'faster' ? '≥' : '≤'
    const other = runs.map((run) => find(run, target)?.other).find(Boolean) ?? ''
    return [
      `${target.group}: ${target.what}`,
      target.ours.replace('coatcheck ', '').replace(' with coatcheck', ''),
      withVersion(other),
      `${sign} ${wantedOf(target)}${target.measure === 'within' ? ' the time' : ''}`,
      ...cells,
    ]
  })
  const row = (cells) => `| ${cells.join(' | ')} |`
  const table = [row(head), `|${head.map(() => '---').join('|')}|`, ...lines.map(row)]
  const scores = runs.map(({ major, tables, verdicts }) => {
    const fair = verdicts.filter(({ isJudged }) => isJudged)
    const met = fair.filter((one) => one.met).length
    const unfair = verdicts.length - fair.length
    const busy = unfair > 0 ? ` ${unfair} not judged, because the machine was too busy.` : ''
    return `* Node ${major}: **${met} of ${fair.length} met.**${busy} ${aboutRun(tables).join(' ')}`
  })
  const text = readFileSync(readme, 'utf8')
  const [before, after] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
  const block = `\n\n${scores.join('\n')}\n\n${table.join('\n')}\n\n`
  writeFileSync(readme, text.slice(0, before) + block + text.slice(after))
  return scores
}

/** Bytes are the same on a busy machine. */
function isCounted({ measure }) {
  return ['longer', 'bytes', 'bytesOnceExpired'].includes(measure)
}
