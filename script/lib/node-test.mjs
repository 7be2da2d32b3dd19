/*
 * Node's test runner, without the hook by which it follows every promise and every timer to the test that made it. On Node 20
 * to 26 the runner spends more than a third of the time on this hook, and needs it only to say to which test an error belongs
 * that nobody caught; script/lib/run-files.mjs says to which file. What remains is told of each test and suite that is made,
 * so that a test within a suite finds it. To be loaded before anybody else loads node:test.
 */
import hooks from 'node:async_hooks'

const { AsyncResource, createHook } = hooks
let noteTest = () => {}

/** What tests and suites are made from. */
class Noted extends AsyncResource {
  constructor(type, options) {
    super(type, options)
    noteTest(this.asyncId(), type, this.triggerAsyncId(), this)
  }
}

function createQuietHook({ init }) {
  return {
    enable() {
      noteTest = init
    },
    disable() {
      noteTest = () => {}
    },
  }
}

// The runner takes them when it is loaded, everybody else finds them as they were.
Object.assign(hooks, { AsyncResource: Noted, createHook: createQuietHook })
export const { test } = await import('node:test')
Object.assign(hooks, { AsyncResource, createHook })
