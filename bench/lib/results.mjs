// The files of results/: a folder for each Node, a table in each file.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, platform } from 'node:os'
import { lookForOthers } from './busy.mjs'

const results = new URL('../results/', import.meta.url)
const folderOf = (major) => new URL(`node${major}/`, results)
const thisMajor = process.versions.node.split('.')[0]

const most = (a, b) => (a.percent < b.percent ? a : b)
let before = lookForOthers()
let ever = before

/** The most that others have taken of the machine since this program began. */
export function mostOfOthers() {
  return ever
}

/** Keeps a table that was just measured, and what others took of the machine before and after. */
export function keep(id, text, data) {
  const now = lookForOthers()
  const { percent, isBusy } = most(before, now)
  before = now
  ever = most(ever, now)
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model,
    processors: availableParallelism(),
    platform: platform(),
    date: new Date().toISOString(),
    percent,
    isBusy,
  }
  const folder = folderOf(thisMajor)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${id}.md`, folder), text)
  writeFileSync(new URL(`${id}.json`, folder), JSON.stringify({ ...machine, ...data }, null, 1))
}

/** What is kept of each Node: `[{ major, tables }]`, where tables have an id and what `keep` was given. */
export function keptResults() {
  if (!existsSync(results)) return []
  const majors = readdirSync(results).flatMap((name) => /^node(\d+)$/.exec(name)?.[1] ?? [])
  return majors
    .map(Number)
    .sort((a, b) => a - b)
    .map((major) => {
      const folder = folderOf(major)
      const files = readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
      const tables = files.map((file) => ({
        id: file.slice(0, -'.json'.length),
        ...JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
      }))
      return { major, tables }
    })
}
