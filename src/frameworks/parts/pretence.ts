import type { ServerResponse } from 'node:http'

/*
 * What is said of a response while it is held, in properties that V8 takes at little cost.
 *
 * V8 knows the responses of a server by the properties that they were given in turn. One that a property is deleted from, or
 * that has a getter of its own, becomes a table of names, and all that Node does with it afterwards is slow. So the getters are
 * the same for all responses, and stay.
 */

type Pretended = 'headersSent' | 'writableEnded'

const pretended: unique symbol = Symbol('coatcheck.pretended')

type Pretending = ServerResponse & {
  [pretended]?: { [Property in Pretended]?: true } | undefined
}

const pretences = { headersSent: pretence('headersSent'), writableEnded: pretence('writableEnded') }

function pretence(property: Pretended): PropertyDescriptor {
  return {
    configurable: true,
    get(this: Pretending) {
      return this[pretended]?.[property] ?? Reflect.get(Object.getPrototypeOf(this), property, this)
    },
    // A response that is none of Node's may keep it as a value.
    set(value: unknown) {
      Object.defineProperty(this, property, { configurable: true, writable: true, value })
    },
  }
}

/** Says of a response what will be true of it when it is no longer held. */
export function pretend(response: Pretending, property: Pretended): void {
  response[pretended] = { ...response[pretended], [property]: true }
  Object.defineProperty(response, property, pretences[property])
}

export function stopPretending(response: Pretending): void {
  response[pretended] = undefined
}

/** Before a response is given properties of ours. */
export function takeProperties(response: Pretending): void {
  // Express gives each response another prototype. With each property after that V8, up to Node 22, makes the response a shape of
  // its own, and copies what it knows of all properties before: ours took a tenth of a request. A table of names takes them at
  // once. V8 makes a table of what a property is deleted from; where one shape leads to the next, it goes back to the one before.
  if (Object.hasOwn(Object.getPrototypeOf(response), 'constructor')) return
  response[pretended] = undefined
  delete response[pretended]
}
