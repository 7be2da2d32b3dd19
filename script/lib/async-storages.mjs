/*
 * Before Node 24 every promise of a process pays for each AsyncLocalStorage that was ever entered, until that is disabled:
 * with the twenty-two of one file, the files behind it took twice as long on Node 20. What the tests of a file have entered is
 * disabled at its end; whoever enters it again enables it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import process from 'node:process'

const entered = new Set()

if (Number(process.versions.node.split('.')[0]) < 24) {
  for (const way of ['run', 'enterWith']) {
    const enter = AsyncLocalStorage.prototype[way]
    AsyncLocalStorage.prototype[way] = function (...given) {
      entered.add(this)
      return enter.apply(this, given)
    }
  }
}

/** To be called between files, when nothing runs that has entered one. */
export function disableStorages() {
  for (const storage of entered) storage.disable()
  entered.clear()
}
