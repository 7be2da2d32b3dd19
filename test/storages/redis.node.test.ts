import { after, before, describe } from 'node:test'
import { createRedisStore, type RedisClient, type RedisServer } from 'coatcheck/redis-storage'
import { fakeClock, traitsOf, type StoreFixture } from 'coatcheck/testing'
import {
  missing,
  type Service,
  startRedis,
  startRedisCluster,
  startSentinel,
} from '../services/index.ts'
import { calm } from '../services/talk.ts'
import { isBrief } from '../random-cases.ts'
import {
  type Made,
  type Makers,
  toCluster,
  toOne,
  toSentinel,
  variantsToOne,
  variantsToSentinel,
} from './redis-clients.ts'
import { casesOfStore, casesOnStore } from '../conformance/cases.ts'
import { itPasses } from '../conformance/run.ts'

const traits = traitsOf(createRedisStore({ host: 'localhost' }))
let fixtures = 0

/** A store on a server that it shares with all others: nothing but the prefix tells them apart. */
function fixtureOn(source: RedisServer | RedisClient, waitReplicas: number): StoreFixture {
  const clock = fakeClock()
  const prefix = `fixture-${fixtures++}:`
  const now = () => clock.now()
  const store = createRedisStore(source, { prefix, waitReplicas, now, timeout: 10 })
  return { store, clock, close: () => store.close() }
}

type Source = () => RedisServer | RedisClient

function itKeepsRecords(source: Source, waitReplicas: number): void {
  itPasses(casesOfStore(traits, () => fixtureOn(source(), waitReplicas)))
}

function itKeepsSessions(source: Source, waitReplicas: number): void {
  itKeepsRecords(source, waitReplicas)
  itPasses(casesOnStore(traits, () => fixtureOn(source(), waitReplicas)))
}

interface Place<On> {
  start(): Promise<On>
  serverAt(service: On): RedisServer
  makers: Makers<On>
  /** Clients that are set up in other ways. */
  variants: Makers<On>
  waitReplicas: number
  /** What our own clients and those of others are tested with here: what a session rests on are the cases of stores, which all pass. */
  ofOwn: typeof itKeepsRecords
  ofOthers: typeof itKeepsRecords
}

function describePlace<On extends Service>(name: string, place: Place<On>): void {
  const { waitReplicas, ofOwn, ofOthers } = place
  describe(`redis storage on ${name}`, { skip: missing('redis') }, () => {
    let service: On
    before(async () => {
      service = await place.start()
    })
    after(() => service?.stop())

    describe('with clients of its own', () => {
      ofOwn(() => place.serverAt(service), waitReplicas)
    })

    function describeClient(client: string, make: Makers<On>[string], its: typeof itKeepsRecords) {
      describe(`with ${client}`, () => {
        let made: Made
        before(async () => {
          made = await make(service)
        })
        after(() => made?.close())
        its(() => made.client, waitReplicas)
      })
    }
    for (const [client, make] of Object.entries(place.makers)) {
      describeClient(client, make, ofOthers)
    }
    for (const [client, make] of Object.entries(place.variants)) {
      describeClient(client, make, itKeepsRecords)
    }
  })
}

describePlace('one server', {
  start: startRedis,
  serverAt: ({ url }) => ({ url }),
  makers: toOne,
  variants: variantsToOne,
  waitReplicas: 0,
  ofOwn: itKeepsSessions,
  ofOthers: isBrief ? itKeepsRecords : itKeepsSessions,
})

describePlace('a cluster', {
  start: () => calm(startRedisCluster()),
  serverAt: ({ hosts }) => ({ cluster: hosts }),
  makers: toCluster,
  variants: {},
  waitReplicas: 1,
  ofOwn: isBrief ? itKeepsRecords : itKeepsSessions,
  ofOthers: itKeepsRecords,
})

describePlace('what Sentinels watch', {
  start: () => calm(startSentinel()),
  serverAt: ({ hosts, name }) => ({ sentinels: hosts, name }),
  makers: toSentinel,
  variants: variantsToSentinel,
  waitReplicas: 1,
  ofOwn: isBrief ? itKeepsRecords : itKeepsSessions,
  ofOthers: itKeepsRecords,
})
