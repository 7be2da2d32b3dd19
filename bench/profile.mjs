// script/bench --profile: draws where the time of a request goes, into docs/pictures.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { drawFlames } from './lib/charts/flames.mjs'

const pictures = new URL('../docs/pictures/', import.meta.url)
const child = new URL('lib/profile-child.mjs', import.meta.url)

const hottest = [
  {
    file: 'flames-cookie',
    title: 'A sealed cookie with 1 KB, read and written',
    run: { workload: 'cookie', name: 'coatcheck cookie (sealed)', size: '1KB', mode: 'rw' },
  },
  {
    file: 'flames-memory',
    title: 'A session with 1 KB in memory, read and written',
    run: { workload: 'memory', name: 'coatcheck memory', size: '1KB', mode: 'rw' },
  },
  {
    file: 'flames-fetch',
    title: 'withSession over a sealed cookie with 100 B, only read',
    run: {
      workload: 'cookie',
      name: 'coatcheck withSession, cookie (sealed)',
      size: '100B',
      mode: 'ro',
    },
  },
]

/** Each cookie is as new as one that was never seen, where that makes a difference. */
const visitors = 4096

export async function profileHottest() {
  for (const { file, title, run } of hottest) {
    const started = fork(child, [JSON.stringify({ ...run, visitors })], {
      serialization: 'advanced',
    })
    const [profile] = await once(started, 'message')
    const sources = [`Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.`]
    const picture = new URL(`${file}.svg`, pictures)
    writeFileSync(picture, drawFlames({ title, sources, profile }))
    console.log(fileURLToPath(picture))
  }
}
