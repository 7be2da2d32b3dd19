/* A process of its own that works on sessions of a backend: crew.ts starts several, and tells them what to do. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createSessionStorage } from 'coatcheck'
import type { Tally } from './history.ts'
import { Jar } from './jar.ts'
import { Journal } from './journal.ts'
import { Lane, type Shop } from './lane.ts'
import { openBackend, type Backend } from './open-backend.ts'
import { brief, examples, grace, type Message, type Plan, slots, usersOf } from './plan.ts'
import { recordingStore } from './recording-store.ts'
import { rush } from './rush.ts'
import { sabotaged } from './sabotage.ts'
import { act } from './scene.ts'
import { SessionClock } from './session-clock.ts'
import { noteEvent } from './visitor.ts'

let backend: Backend
let shop: Shop
let lastVisits: number | undefined
const events: Record<string, number> = {}

/** Milliseconds until a store must work again, when its server does. */
const longestRecovery = 8000

async function open(plan: Plan): Promise<boolean> {
  const clock = new SessionClock(plan.clock)
  const now = () => clock.now()
  backend = await openBackend(plan.address, { timeout: plan.timeout, now })
  const { sabotage, process: name } = plan
  const store = sabotage === undefined ? backend.store : sabotaged(backend.store, sabotage)
  const journal = new Journal(plan.journal)
  const recorded = recordingStore(store, journal, name, clock)
  const options = {
    regenerateGrace: grace / 1000,
    // With just as much as the clocks differ, no login outlives an end of all sessions that came after it.
    clockTolerance: plan.tolerance / 1000,
    now,
    onEvent: noteAndCount,
  }
  const briefly = { idleTimeout: brief.idle / 1000, absoluteTimeout: brief.absolute / 1000 }
  shop = {
    plan,
    storages: {
      long: createSessionStorage<Record<string, unknown>>(recorded, options),
      brief: createSessionStorage<Record<string, unknown>>(recorded, { ...options, ...briefly }),
    },
    isIndexed: 'keysOf' in store,
    jar: new Jar(),
    journal,
    moment: () => clock.moment(),
    share: (slot, cookie) => process.send!({ share: { slot, cookie } }),
  }
  for (const type of Object.keys(events)) delete events[type]
  return shop.isIndexed
}

const noteAndCount: typeof noteEvent = (event) => {
  noteEvent(event)
  events[event.type] = (events[event.type] ?? 0) + 1
}

async function begin(): Promise<void> {
  const lane = new Lane(shop, shop.plan.ownLanes[0]!)
  for (const slot of slots) {
    const cookie = await arrive(lane, slot)
    shop.jar.add({ slot, cookie })
    shop.share(slot, cookie)
  }
}

/** A store that is slow may fail here already: then the visitor comes once more. */
async function arrive(lane: Lane, slot: number): Promise<string> {
  const end = performance.now() + longestRecovery
  for (;;) {
    const { cookie } = await lane.visit(slot, 'arrive', null)
    if (cookie !== null) return cookie
    if (performance.now() > end) throw new Error('the store has not come back')
    await sleep(20)
  }
}

async function run(): Promise<void> {
  const { ownLanes, process: name } = shop.plan
  lastVisits = undefined
  await Promise.all(ownLanes.map((lane) => new Lane(shop, lane).run(() => lastVisits)))
  shop.journal.note<Tally>({ type: 'tally', id: `${name} events`, events })
}

/** Reads each of them once, and more often only while the store fails. */
async function look(issued: { cookie: string; brief: boolean }[]): Promise<void> {
  const lane = new Lane(shop, shop.plan.ownLanes[0]!)
  for (const { cookie, brief } of issued) {
    const end = performance.now() + longestRecovery
    for (;;) {
      const slot = brief ? examples.brief : examples.long
      const { outcome } = await lane.visit(slot, 'look', cookie)
      if (outcome !== 'failed' && outcome !== 'unknown') break
      if (performance.now() > end) throw new Error('the store has not come back')
      await sleep(20)
    }
  }
  for (const userId of usersOf(shop.plan.run)) await lane.list(userId)
}

async function obey(message: Message): Promise<unknown> {
  if (message.do === 'open') return open(message.plan)
  if (message.do === 'rush') return rush(message.rush)
  if (message.do === 'act') return act(message.act)
  if (message.do === 'begin') return begin()
  if (message.do === 'run') return run()
  if (message.do === 'stop') return void (lastVisits = message.lastVisits)
  if (message.do === 'look') return look(message.issued)
  if (message.do === 'close') return backend.close()
  return shop.jar.add(message)
}

process.on('message', async (message: Message) => {
  try {
    const result = await obey(message)
    if (message.do !== 'know' && message.do !== 'stop') process.send!({ done: result ?? null })
  } catch (error) {
    process.send!({ problem: error instanceof Error ? (error.stack ?? error.message) : error })
  }
})
process.on('disconnect', () => process.exit())
process.send!({ done: null })
