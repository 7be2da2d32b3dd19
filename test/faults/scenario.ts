/*
 * What a process of its own does that has fewer rights, or fewer files, than the tests. It prints what came of it, as
 * JSON. See child.ts.
 */
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import type { SessionStorage } from 'coatcheck'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { age, contents, leftovers, onlyRecord } from '../storages/temporary-folder.ts'

type Values = Record<string, number>
type Storage = ReturnType<typeof createFsSessionStorage<Values>>

/** `ok`, or what was thrown and by which error of the system. */
async function outcome(action: () => unknown): Promise<string> {
  try {
    await action()
    return 'ok'
  } catch (error) {
    const { name, code, cause } = error as {
      name: string
      code: string
      cause?: { code?: string; message: string }
    }
    return [name, code, cause && (cause.code ?? cause.message)].filter(Boolean).join(' ')
  }
}

async function start(storage: SessionStorage<Values>): Promise<string> {
  const session = await storage.read(null)
  session.set('n', 1)
  return (await storage.save(session))!
}

async function add(storage: SessionStorage<Values>, cookie: string): Promise<void> {
  const session = await storage.read(cookie)
  session.update('n', (n) => (n ?? 0) + 1)
  await storage.save(session)
}

async function end(storage: SessionStorage<Values>, cookie: string): Promise<void> {
  const session = await storage.read(cookie)
  session.destroy()
  await storage.save(session)
}

async function login(storage: SessionStorage<Values>): Promise<void> {
  const session = await storage.read(null)
  session.login('ada')
  await storage.save(session)
}

const valueOf = async (storage: Storage, cookie: string) => (await storage.read(cookie)).get('n')
const openFiles = () => fs.readdirSync('/proc/self/fd').length

/** Opens files until the process may not open any more. Returns what closes so many of them, or all. */
function crowd(): (count?: number) => void {
  const descriptors: number[] = []
  for (;;) {
    try {
      descriptors.push(fs.openSync('/dev/null', 'r'))
    } catch {
      break
    }
  }
  return (count = descriptors.length) => {
    for (const descriptor of descriptors.splice(0, count)) fs.closeSync(descriptor)
  }
}

const scenarios: Record<string, (directory: string, durable: boolean) => Promise<unknown>> = {
  async directoryIsReadOnly(directory) {
    const storage = createFsSessionStorage<Values>(directory)
    const cookie = await start(storage)
    fs.chmodSync(directory, 0o500)
    const results = {
      read: await valueOf(storage, cookie),
      create: await outcome(() => start(storage)),
      login: await outcome(() => login(storage)),
      end: await outcome(() => end(storage, cookie)),
      revokeAll: await outcome(() => storage.revokeAll('ada')),
      startUp: await outcome(() => createFsSessionStorage(directory)),
      stillThere: await valueOf(storage, cookie),
    }
    fs.chmodSync(directory, 0o700)
    const later = await outcome(() => end(storage, cookie))
    // What was emptied and could not be deleted goes after five minutes.
    const now = () => Date.now() + 300_001
    await createFsSessionStorage(directory, { now }).deleteExpired()
    return { ...results, later, left: contents(directory) }
  },

  async directoryIsClosed(directory) {
    const storage = createFsSessionStorage<Values>(directory)
    const cookie = await start(storage)
    const session = await storage.read(cookie)
    session.set('n', 2)
    fs.chmodSync(directory, 0)
    const results = {
      read: await outcome(() => storage.read(cookie)),
      write: await outcome(() => storage.save(session)),
      create: await outcome(() => start(storage)),
      revoke: await outcome(() => storage.revoke(cookie.split('.')[0]!)),
      list: await outcome(() => storage.sessionsOf('ada')),
      sweep: await outcome(() => storage.deleteExpired()),
    }
    fs.chmodSync(directory, 0o700)
    return { ...results, later: await valueOf(storage, cookie), left: contents(directory).length }
  },

  /** Which part of the record is closed, and to what, is the rest of the name. */
  async recordIsClosed(directory) {
    const results: Record<string, unknown> = {}
    for (const part of ['folder', 'version', 'file'] as const) {
      for (const mode of [0o500, 0]) {
        const place = path.join(directory, `${part}-${mode}`)
        const storage = createFsSessionStorage<Values>(place)
        const cookie = await start(storage)
        const target = onlyRecord(place)[part]
        const before = fs.statSync(target).mode
        fs.chmodSync(target, mode)
        const read = await outcome(() => storage.read(cookie))
        const write = await outcome(() => add(storage, cookie))
        if (fs.existsSync(target)) fs.chmodSync(target, before)
        results[`${part} ${mode.toString(8)}`] = [
          read,
          write,
          await valueOf(storage, cookie),
          contents(place).length,
        ]
      }
    }
    return results
  },

  async ownersAreClosed(directory) {
    const storage = createFsSessionStorage<Values>(directory)
    await login(storage)
    const owners = path.join(directory, '.owners')
    fs.chmodSync(owners, 0)
    const results = {
      login: await outcome(() => login(storage)),
      revokeAll: await outcome(() => storage.revokeAll('ada')),
      list: await outcome(() => storage.sessionsOf('ada')),
    }
    fs.chmodSync(owners, 0o700)
    return { ...results, sessions: (await storage.sessionsOf('ada')).length }
  },

  async noFilesLeft(directory, durable) {
    const storage = createFsSessionStorage<Values>(directory, { durable })
    const [kept, ended] = [await start(storage), await start(storage)]
    await add(storage, kept)
    const before = openFiles()
    const ending = await storage.read(ended)
    ending.destroy()
    const changing = await storage.read(kept)
    changing.set('n', 99)

    const release = crowd()
    const results = {
      read: await outcome(() => storage.read(kept)),
      create: await outcome(() => start(storage)),
      write: await outcome(() => storage.save(changing)),
      end: await outcome(() => storage.save(ending)),
    }
    release()
    const found = {
      kept: await valueOf(storage, kept),
      isEnded: (await storage.read(ended)).isNew,
      later: await outcome(() => add(storage, kept)),
      leaked: openFiles() - before,
    }
    // To tidy up takes files, too: what could not be removed at once is left to a sweep.
    for (const name of leftovers(directory)) age(path.join(directory, name))
    await storage.deleteExpired()
    return { ...results, ...found, left: contents(directory).length }
  },

  async noFilesForAMoment(directory) {
    const storage = createFsSessionStorage<Values>(directory)
    const cookie = await start(storage)
    const release = crowd()
    const reading = outcome(() => storage.read(cookie))
    const creating = outcome(() => start(storage))
    setTimeout(release, 15)
    return { read: await reading, create: await creating }
  },

  /** As many requests at once as no process with so few files can serve without waiting. */
  async manyAtOnce(directory, durable) {
    const storage = createFsSessionStorage<Values>(directory, { durable })
    const cookies: string[] = []
    for (let n = 0; n < 200; n++) cookies.push(await start(storage))
    const before = openFiles()
    const results = await Promise.all(cookies.map((cookie) => outcome(() => add(storage, cookie))))
    const after = openFiles()
    const wrong: unknown[] = []
    for (const [n, cookie] of cookies.entries()) {
      const value = await valueOf(storage, cookie)
      // One that was reported as failed may have been written or not; never twice.
      const isRight = results[n] === 'ok' ? value === 2 : value === 1 || value === 2
      if (!isRight) wrong.push([results[n], value])
    }
    const kinds = [...new Set(results)].filter((kind) => !/^ok$|EMFILE/.test(kind))
    return { wrong, kinds, leaked: after - before, left: leftovers(directory).length }
  },

  /** The files run out when the write waits for the disk to have the record's new name. */
  async noFilesAfterTheWrite(directory) {
    const storage = createFsSessionStorage<Values>(directory, { durable: true })
    const cookie = await start(storage)
    const session = await storage.read(cookie)
    session.update('n', (n) => (n ?? 0) + 1)
    const { folder } = onlyRecord(directory)
    const { open } = fs.promises
    let release: (() => void) | undefined
    fs.promises.open = (async (...args: Parameters<typeof open>) => {
      if (release === undefined && args[0] === folder) {
        release = crowd()
        setTimeout(release, 25)
      }
      return open(...args)
    }) as typeof open
    const save = await outcome(() => storage.save(session))
    fs.promises.open = open
    return {
      save,
      wasReached: release !== undefined,
      n: await valueOf(storage, cookie),
      isIn: fs.existsSync(folder),
    }
  },

  /** A FIFO blocks whoever opens it, until somebody opens its other end. */
  async fifos(directory) {
    const results: Record<string, unknown> = {}
    const replace = (target: string) => {
      fs.rmSync(target, { recursive: true, force: true })
      execFileSync('mkfifo', [target])
    }
    execFileSync('mkfifo', [directory])
    results['directory'] = await outcome(() => createFsSessionStorage(directory))
    fs.rmSync(directory)

    for (const part of ['folder', 'version', 'file'] as const) {
      const storage = createFsSessionStorage<Values>(directory)
      const cookie = await start(storage)
      const session = await storage.read(cookie)
      session.set('n', 2)
      replace(onlyRecord(directory)[part])
      results[part] = {
        read: await outcome(() => valueOf(storage, cookie)),
        write: await outcome(() => storage.save(session)),
        sweep: await outcome(() => storage.deleteExpired()),
        end: await outcome(() => storage.revoke(cookie.split('.')[0]!)),
        left: contents(directory).length,
      }
      fs.rmSync(directory, { recursive: true })
    }

    const storage = createFsSessionStorage<Values>(directory)
    await login(storage)
    const owners = path.join(directory, '.owners')
    const place = path.join(owners, fs.readdirSync(owners)[0]!)
    for (const target of [path.join(place, fs.readdirSync(place)[0]!), place, owners]) {
      replace(target)
      results[`owners ${path.relative(directory, target).split(path.sep).length}`] = {
        login: await outcome(() => login(storage)),
        list: await outcome(() => storage.sessionsOf('ada')),
      }
    }
    return results
  },

  async withOpenUmask(directory) {
    process.umask(0)
    const place = path.join(directory, 'made')
    const storage = createFsSessionStorage<Values>(place)
    const cookie = await start(storage)
    await login(storage)
    await add(storage, cookie)
    const modes: Record<string, string[]> = { folders: [], files: [] }
    for (const name of ['', ...contents(directory)]) {
      const entry = fs.statSync(path.join(directory, name))
      const kind = entry.isDirectory() ? 'folders' : 'files'
      if (name !== '') modes[kind]!.push((entry.mode & 0o7777).toString(8))
    }
    return {
      folders: [...new Set(modes['folders'])],
      files: [...new Set(modes['files'])],
      count: modes['files']!.length,
    }
  },
}

const [, , name, directory, durable] = process.argv
if (name !== undefined) {
  console.log(JSON.stringify(await scenarios[name]!(directory!, durable === 'durable')))
}
