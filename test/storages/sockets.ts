import { Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** Where nobody is (RFC 5737). */
export const nowhere = '192.0.2.1'

/**
 * Refuses each connection to `nowhere`, and gives the ports that were asked for. Others of the process, such as those that a
 * test before has left, are made.
 */
export function refuseNowhere(t: TestContext): number[] {
  const asked: number[] = []
  const { connect } = Socket.prototype
  t.mock.method(Socket.prototype, 'connect', function (this: Socket, ...given: unknown[]) {
    // Node itself gives a list of the options and what to call.
    const [to] = [given[0]].flat() as { host?: string; port: number }[]
    if (to?.host !== nowhere) return Reflect.apply(connect, this, given) as Socket
    asked.push(to.port)
    process.nextTick(() => this.destroy(new Error('not today')))
    return this
  })
  return asked
}
