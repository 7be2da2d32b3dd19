import { isSweepable } from '../../core/store/session-store.ts'
import type { Command } from '../command.ts'
import { jsonFlag, storageFlags, withStore } from './storage-flags.ts'

export const sweep: Command = {
  takes: '',
  says: 'drops expired records, where the storage does not do that by itself',
  example: 'npx coatcheck sweep --storage postgres://app@127.0.0.1/shop',
  flags: { ...storageFlags, ...jsonFlag },
  run: (given, output) =>
    withStore(given, async ({ store, kind }) => {
      if (!isSweepable(store)) {
        if (output.json) output.printJson({ deleted: 0 })
        else output.print(`${kind} drops expired records by itself: there is nothing to do.`)
        return 0
      }
      const end = output.progress('Dropping expired records …')
      const deleted = await store.deleteExpired().finally(end)
      if (output.json) output.printJson({ deleted })
      else output.print(`Expired records that were dropped: ${deleted}`)
      return 0
    }),
}
