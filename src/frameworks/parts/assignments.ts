import { configError } from '../../core/errors.ts'
import { Session } from '../../core/session/session.ts'

/*
 * `request.session.userId = 'ada'` is how other libraries keep a value. A session takes no properties, so that is a
 * TypeError; but not in a script that is not strict, as CommonJS is and many packages are: there it does nothing, without a
 * word. connect-flash would then go on with our method `flash`, as if it were its own object, and leave the messages of all
 * visitors there. So what they set has a setter that throws.
 */

let isDone = false

/** From now on an assignment to a property of a session throws in every script, and says what to write. */
export function refuseAssignments(): void {
  if (isDone) return
  isDone = true
  const { prototype } = Session
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const { value, get = () => value } = property
    const set = function (this: object, to: unknown) {
      assign(this, name, to)
    }
    Object.defineProperty(prototype, name, { configurable: true, get, set })
  }
  const others = new Proxy(Object.prototype, {
    set: (_, name, value, receiver) => assign(receiver, name, value),
  })
  // What is not found before is looked for there, which takes long. Each await looks for this.
  // oxlint-disable-next-line unicorn/no-thenable -- it is undefined
  Object.defineProperty(prototype, 'then', { value: undefined })
  Object.setPrototypeOf(prototype, others)
}

/** A class of the app that extends ours may have properties of its own. */
function assign(session: object, key: string | symbol, value: unknown): true {
  const property = { configurable: true, enumerable: true, writable: true, value }
  if (Reflect.defineProperty(session, key, property)) return true
  const name = String(key)
  throw configError(
    `A session takes no property "${name}": write session.set("${name}", value). ` +
      'When somebody logs in, call session.login(userId)',
  )
}
