import { existsSync, readdirSync } from 'node:fs'

/** The files under a folder whose names end so, sorted, with the folder in front. */
export function globFiles(folder, ending) {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { recursive: true }).map((path) => `${folder}/${path}`)
  return entries.filter((path) => path.endsWith(ending)).sort()
}
