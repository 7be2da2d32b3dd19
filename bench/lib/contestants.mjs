import { readdir } from 'node:fs/promises'

const folder = new URL('../contestants/', import.meta.url)

/**
 * The rows of one workload, out of every file in contestants/. A file that does not load is
 * reported and left out, so that one broken peer does not stop the others.
 */
export async function loadContestants(workload, wanted = () => true, onlyFile = undefined) {
  const contestants = []
  const failures = []
  const files = (await readdir(folder))
    .filter((name) => (onlyFile ? name === onlyFile : name.endsWith('.mjs')))
    .sort()
  for (const file of files) {
    try {
      const { contestants: rows } = await import(new URL(file, folder).href)
      const candidates = rows.filter((row) => [row.workload].flat().includes(workload))
      const chosen = candidates.filter(({ name }) => wanted(name))
      const bases = candidates.filter(({ name }) => chosen.some(({ minus }) => minus === name))
      for (const row of new Set([...chosen, ...bases])) contestants.push({ ...row, file })
    } catch (error) {
      failures.push({ name: file, reason: error.message })
    }
  }
  return { contestants, failures }
}
