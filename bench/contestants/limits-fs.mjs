// The same read, change and write of 1 KB of JSON in files by hand, with no cookie and no crypto.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'

let temporaries = 0

async function files({ mode, data, folder }, name, write, read = (path) => readFile(path, 'utf8')) {
  const home = `${folder}/${name}`
  await mkdir(home, { recursive: true })
  let visitors = 0
  return {
    async start() {
      const id = `visitor-${visitors++}`
      await write(`${home}/${id}`, JSON.stringify(data))
      return `session=${id}`
    },
    async request(header) {
      const path = `${home}/${header.slice(header.lastIndexOf('=') + 1)}`
      const data = JSON.parse(await read(path))
      const { count } = data
      if (mode === 'ro') return { count }
      data.count = count + 1
      await write(path, JSON.stringify(data))
      return { count }
    },
  }
}

async function writeAndRename(path, text) {
  const temporary = `${path}.${temporaries++}`
  await writeFile(temporary, text)
  await rename(temporary, path)
}

async function writeSyncAndRename(path, text) {
  const temporary = `${path}.${temporaries++}`
  const file = await open(temporary, 'w')
  await file.writeFile(text)
  await file.sync()
  await file.close()
  await rename(temporary, path)
}

function blockingWrite(path, text) {
  const temporary = `${path}.${temporaries++}`
  writeFileSync(temporary, text)
  renameSync(temporary, path)
}

export const contestants = [
  {
    workload: 'fs',
    name: 'limit: write in place',
    kind: 'limit',
    note: 'a reader can meet half a file',
    make: (context) => files(context, 'in-place', writeFile),
  },
  {
    workload: 'fs',
    name: 'limit: write and rename',
    kind: 'limit',
    make: (context) => files(context, 'rename', writeAndRename),
  },
  {
    workload: 'fs',
    name: 'limit: write, fsync and rename',
    kind: 'limit',
    make: (context) => files(context, 'fsync', writeSyncAndRename),
  },
  {
    workload: 'fs',
    name: 'limit: blocking calls',
    kind: 'limit',
    note: 'stops the event loop',
    make: (context) =>
      files(context, 'blocking', blockingWrite, (path) => readFileSync(path, 'utf8')),
  },
]
