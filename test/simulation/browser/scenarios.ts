import type { Expected } from './verdict.ts'
import type { Stage } from './stage.ts'

/** Plays a story until everything has arrived, and says how it must have ended. */
export type Scenario = (stage: Stage) => Promise<Expected>

const alice: Expected = { userId: 'alice', keeps: true }

/** A visitor with something in the session already. */
async function arrive(stage: Stage): Promise<void> {
  await stage.act('add')
}

async function arriveLoggedIn(stage: Stage): Promise<void> {
  await arrive(stage)
  await stage.act('login')
}

/** Does it some time in the course of the visits. */
async function amongVisits(stage: Stage, act: () => Promise<unknown>): Promise<void> {
  stage.visits(stage.random.between(3, 8), 400)
  await stage.time.delay(stage.random.between(0, 300))
  await act()
  await stage.settle()
}

export const scenarios: Record<string, Scenario> = {
  'a login among visits': async (stage) => {
    await arrive(stage)
    await amongVisits(stage, () => stage.act('login'))
    return alice
  },

  'a plain rotation among visits': async (stage) => {
    await arriveLoggedIn(stage)
    await amongVisits(stage, () => stage.act('renew'))
    return alice
  },

  'a killing rotation among visits': async (stage) => {
    await arriveLoggedIn(stage)
    await amongVisits(stage, () => stage.act('kill'))
    return alice
  },

  'a logout among visits': async (stage) => {
    await arriveLoggedIn(stage)
    await amongVisits(stage, () => stage.act('logout'))
    return { userId: undefined, keeps: false }
  },

  'a password and a second factor among visits': async (stage) => {
    await arrive(stage)
    await amongVisits(stage, async () => {
      await stage.act('login')
      await stage.time.delay(stage.random.between(0, 500))
      await stage.act('kill')
    })
    return alice
  },

  'a password, a second factor and a plain rotation among visits': async (stage) => {
    await arrive(stage)
    await amongVisits(stage, async () => {
      await stage.act('login')
      await stage.act('kill')
      await stage.act('renew')
    })
    return alice
  },

  'a new login while requests of the ended session are under way': async (stage) => {
    await arriveLoggedIn(stage)
    const uplink = stage.random.between(0, 30)
    stage.visits(stage.random.between(2, 5), 100, { uplink, store: 8 })
    await stage.time.delay(200)
    await stage.act('logout')
    await stage.act('login')
    await stage.settle()
    return { userId: 'alice', keeps: false }
  },

  'a login again by the same user among visits': async (stage) => {
    await arriveLoggedIn(stage)
    await amongVisits(stage, () => stage.act('login'))
    return alice
  },

  'a plain rotation and a login again among visits': async (stage) => {
    await arriveLoggedIn(stage)
    await amongVisits(stage, async () => {
      await stage.act('renew')
      await stage.act('login')
    })
    return alice
  },

  'two clicks on "log in", answered in the order of their saving': async (stage) => {
    await arrive(stage)
    const first = stage.act('login', { downlink: 0 })
    await stage.time.delay(stage.random.between(0, 100))
    await Promise.all([first, stage.act('login', { downlink: 0 })])
    return { userId: 'alice', keeps: false }
  },
}
