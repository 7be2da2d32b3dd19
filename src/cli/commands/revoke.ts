import { handleIn, isHandle } from '../../core/record/id.ts'
import { type Command, UsageError } from '../command.ts'
import { shown } from '../output.ts'
import { jsonFlag, storageFlags, withStorage } from './storage-flags.ts'

export const revoke: Command = {
  takes: '<handle>',
  says: 'ends the session with this handle, at once and for good',
  example: 'npx coatcheck revoke q3mZ0Jx8Yd1rT5uVw7KbNg --storage file:./sessions',
  flags: { ...storageFlags, ...jsonFlag },
  async run(given, output) {
    const [word = ''] = given.words
    const handle = handleIn(word)
    if (!isHandle(handle)) {
      throw new UsageError(
        'A handle has 22 letters, digits, - and _: `coatcheck sessions` lists them.',
      )
    }
    await withStorage(given, (storage) => storage.revoke(handle))
    if (output.json) output.printJson({ handle, ended: true })
    else output.print(`There is no session ${handle} any more.`)
    return 0
  },
}

export const revokeAll: Command = {
  takes: '<user>',
  says: 'ends all sessions of a user, and those of logins that are under way',
  example: 'npx coatcheck revoke-all ada --storage redis://127.0.0.1:6379',
  flags: { ...storageFlags, ...jsonFlag },
  async run(given, output) {
    const [userId = ''] = given.words
    const ended = await withStorage(given, (storage) => storage.revokeAll(userId))
    if (output.json) output.printJson({ userId, ended })
    else output.print(`Sessions of ${shown(userId)} that were ended: ${ended}`)
    return 0
  },
}
