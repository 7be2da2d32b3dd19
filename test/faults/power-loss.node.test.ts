import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../storages/temporary-folder.ts'

/*
 * What a machine may forget when its power is cut is all that nobody has waited for: what is in a file, and what is in a
 * folder. So this looks at which system calls a process makes, and in which order.
 */

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Each step ends with a folder of its name beside the directory, for the trace to show. */
const program = `
  import { mkdirSync } from 'node:fs'
  import { createFsSessionStorage } from 'coatcheck/fs-storage'
  const [, folder] = process.argv
  const storage = createFsSessionStorage(folder + '/var/sessions', { durable: true })
  const done = (step) => mkdirSync(folder + '/' + step)
  async function visit(step, cookie, change) {
    const session = await storage.read(cookie)
    change(session)
    const result = await storage.save(session)
    done(step)
    return result
  }
  const cookie = await visit('begun', null, (session) => session.set('n', 1))
  await visit('changed', cookie, (session) => session.set('n', 2))
  await visit('ended', cookie, (session) => session.destroy())
  const user = await visit('logged-in', null, (session) => session.login('ada'))
  await visit('logged-in-again', user, (session) => session.login('ada'))
  await storage.revokeAll('ada')
  done('revoked')
`

interface Call {
  name: string
  /** The paths in it, that of a file that is open included. */
  paths: string[]
  creates: boolean
}

/** The calls in the order in which they were done. */
function callsOf(trace: string): Call[] {
  const unfinished = new Map<string, string>()
  return trace.split('\n').flatMap((line) => {
    const [, pid, text] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (text === undefined) return []
    const [, begun] = /^(.*) <unfinished \.\.\.>$/.exec(text) ?? []
    if (begun !== undefined) unfinished.set(pid!, begun)
    const [, rest] = /^<\.\.\. \w+ resumed>(.*)$/.exec(text) ?? []
    const whole = rest === undefined ? text : unfinished.get(pid!) + rest
    const [, name] = /^(\w+)\(.* = \d+(<.*>)?$/.exec(whole) ?? []
    if (begun !== undefined || name === undefined) return []
    const paths = Array.from(whole.matchAll(/"(\/[^"]*)"|\d<(\/[^>]*)>/g), ([, a, b]) => (a ?? b)!)
    return [{ name, paths, creates: whole.includes('O_CREAT') }]
  })
}

/** What a machine could forget, as far as it is in the folder. */
class Disk {
  readonly #folder: string
  readonly #unsafe = new Set<string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Throws when something gets its place before it is on the disk. */
  see({ name, paths: [first, second], creates }: Call): void {
    if (first === undefined) return
    if (name === 'mkdir' || creates) this.#add(path.dirname(first))
    else if (name === 'write' || name === 'pwrite64') this.#add(first)
    else if (name === 'fsync' || name === 'fdatasync') this.#unsafe.delete(first)
    else if (name === 'rename') this.#rename(first, second!)
    else if (name === 'unlink' || name === 'rmdir') this.#forget(first)
  }

  get unsafe(): string[] {
    return [...this.#unsafe].map((target) => path.relative(this.#folder, target))
  }

  #add(target: string): void {
    const isOurs = target === this.#folder || target.startsWith(`${this.#folder}/var`)
    if (isOurs) this.#unsafe.add(target)
  }

  #rename(from: string, to: string): void {
    assert.deepEqual(this.#in(from), [], 'what is renamed is not on the disk')
    this.#add(path.dirname(to))
  }

  #forget(target: string): void {
    for (const each of this.#in(target)) this.#unsafe.delete(each)
  }

  #in(target: string): string[] {
    return [...this.#unsafe].filter((each) => each === target || each.startsWith(`${target}/`))
  }
}

describe('fs storage that is to be durable', () => {
  it('has all that it acknowledged on the disk, and the record before its name', () => {
    const folder = temporaryFolder()
    const trace = path.join(temporaryFolder(), 'trace')
    const calls = 'trace=openat,mkdir,write,pwrite64,fsync,fdatasync,rename,unlink,rmdir'
    const strace = ['-f', '-y', '-s', '500', '-o', trace, '-e', calls]
    const child = [process.execPath, '--input-type=module', '-e', program, folder]
    execFileSync('strace', [...strace, '--', ...child], { cwd: root })

    const disk = new Disk(folder)
    const steps: string[] = []
    let renames = 0
    for (const call of callsOf(readFileSync(trace, 'utf8'))) {
      const [target] = call.paths
      if (call.name === 'mkdir' && path.dirname(target!) === folder && !target!.endsWith('/var')) {
        steps.push(path.basename(target!))
        assert.deepEqual(disk.unsafe, [], steps.at(-1))
      } else {
        disk.see(call)
        if (call.name === 'rename') renames++
      }
    }
    const all = ['begun', 'changed', 'ended', 'logged-in', 'logged-in-again', 'revoked']
    assert.deepEqual(steps, all)
    assert.ok(renames >= 7, `${renames} renames`)
  })
})
