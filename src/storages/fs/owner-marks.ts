import { codeOf, tidy, unless } from './file-errors.ts'
import { flushAfter } from './flush.ts'
import { fs, path } from './node.ts'
import { hashName, type Home, isHashName } from './record-folder.ts'

/*
 * Which user has which sessions: an empty file per session, named after its key, in a folder per
 * user. It is made before the record is, so that no session is ever missing from its user's list;
 * what is left of sessions that have gone is swept later. Where records outlive a power failure marks do, too: without
 * them a session would outlive the end of all sessions of its user.
 */

const attempts = 100

/** The marks of all users, under one folder. */
export class OwnerMarks {
  readonly #folder: string
  readonly #home: Home
  readonly #durable: boolean

  constructor(folder: string, home: Home, durable: boolean) {
    this.#folder = folder
    this.#home = home
    this.#durable = durable
  }

  async add(owner: string, key: string): Promise<void> {
    const place = this.#placeOf(owner)
    const mark = path.join(place, Buffer.from(key).toString('hex'))
    for (let attempt = 1; !fs.existsSync(mark); attempt++) {
      // Not recursive: that would make the directory itself again, should it have gone.
      for (const folder of [this.#folder, place]) {
        unless(['EEXIST'], () => fs.mkdirSync(folder, { mode: 0o700 }))
      }
      try {
        const make = () => fs.closeSync(fs.openSync(mark, 'a', 0o600))
        if (this.#durable) await flushAfter([place, this.#folder, this.#home.root], make)
        else make()
      } catch (error) {
        // A sweep may have removed the empty folder just now.
        if (codeOf(error) !== 'ENOENT' || attempt === attempts) throw error
      }
    }
  }

  keysOf(owner: string): string[] {
    const marks = unless(['ENOENT'], () => fs.readdirSync(this.#placeOf(owner)))
    // Also if there are some: who wrote to a directory in its place has made them there.
    this.#home.assertThere()
    return (marks ?? []).map(keyOf)
  }

  /** @param isOver Whether the mark at a path, of a session with this key, is not needed any more. */
  async sweep(isOver: (mark: string, key: string) => boolean): Promise<void> {
    if (!fs.existsSync(this.#folder)) return
    for await (const { name } of await fs.promises.opendir(this.#folder)) {
      if (isHashName(name)) tidy(() => this.#sweepOne(path.join(this.#folder, name), isOver))
    }
  }

  #sweepOne(place: string, isOver: (mark: string, key: string) => boolean): void {
    for (const mark of fs.readdirSync(place)) {
      const file = path.join(place, mark)
      if (isOver(file, keyOf(mark))) tidy(() => fs.unlinkSync(file))
    }
    fs.rmdirSync(place)
  }

  #placeOf(owner: string): string {
    return path.join(this.#folder, hashName(owner))
  }
}

function keyOf(mark: string): string {
  return Buffer.from(mark, 'hex').toString()
}
