import { join } from 'node:path'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import type { History, Loss, Moment } from './history.ts'
import { readJournals } from './journal.ts'
import { Member } from './member.ts'
import { brief, grace, type Message, type Plan, usualSpeed } from './plan.ts'
import { machineTime, SessionClock } from './session-clock.ts'

const lanesEach = 2
/** How many visits are made when `meanwhile` is over, by all that are left. */
const lastVisits = 160

type Settings = Pick<Plan, 'visits' | 'timeout' | 'longestPause' | 'sabotage'>

export interface RunOptions extends Partial<Settings> {
  address: string
  seed: number
  /** Of the sessions' clock: less than usual for what is slow, so that brief sessions live through some visits. */
  speed?: number
  /** How far the clock of each process is wrong, in milliseconds of the sessions' clock. */
  skews?: readonly number[]
  /** What is done while they work: they stop some visits after it is over. */
  meanwhile?: (run: Running) => Promise<void>
}

/** What can be done to processes while they work. */
export interface Running {
  crew: Crew
  /** Does what makes the server forget everything. */
  lose(work: () => Promise<unknown>): Promise<void>
}

/** Some processes that work on the same backend at the same time. */
export class Crew {
  #members: Member[] = []
  #runs = 0
  /** What the sessions' clock of the last run on each backend showed in the end, in milliseconds since the epoch. */
  readonly #ends = new Map<string, number>()
  readonly #folder = temporaryFolder()

  static async start(count: number): Promise<Crew> {
    const crew = new Crew()
    crew.#members = await Promise.all(Array.from({ length: count }, () => crew.#hire()))
    return crew
  }

  #hire(): Promise<Member> {
    return Member.start((from, shared) => {
      for (const member of this.#members) {
        if (member !== from) member.tell({ do: 'know', ...shared })
      }
    })
  }

  get members(): readonly Member[] {
    return this.#members
  }

  /** Has all of them work, and reads in the end what is left. */
  async run(options: RunOptions): Promise<History> {
    try {
      return await this.#run(options)
    } catch (error) {
      // Whatever the others are at, the next run begins with new ones.
      await this.stop()
      throw error
    } finally {
      await this.#replaceKilled()
    }
  }

  async #run({
    address,
    seed,
    speed = usualSpeed,
    skews,
    meanwhile,
    ...settings
  }: RunOptions): Promise<History> {
    const run = `${process.pid}-${++this.#runs}`
    // Never earlier than before: what a run gave up may still sweep in the next one, by the clock of its own time.
    const origin = Math.max(Date.now(), this.#ends.get(address) ?? 0)
    const clock = { startedAt: machineTime(), origin, speed, skew: 0 }
    const skew = spread(skews)
    const names = this.#members.map((_, n) => String.fromCharCode(97 + n))
    const plans = names.map((name, n): Plan => ({
      address,
      process: name,
      run,
      seed,
      lanes: names.flatMap(lanesOf),
      ownLanes: lanesOf(name),
      visits: 100,
      endless: meanwhile !== undefined,
      timeout: 5,
      longestPause: 3,
      journal: join(this.#folder, `${run}-${name}`),
      clock: { ...clock, skew: skews?.[n] ?? 0 },
      tolerance: skew,
      ...settings,
    }))

    const [isIndexed] = await this.#all((n) => ({ do: 'open', plan: plans[n]! }))
    await this.#members[0]!.ask({ do: 'begin' })
    const working = this.#all(() => ({ do: 'run' }))
    const losses: Loss[] = []
    if (meanwhile !== undefined) {
      const { moment } = commonClock(clock)
      await Promise.race([
        meanwhile({ crew: this, lose: losing(losses, moment) }),
        failure(working),
      ])
      const living = this.#members.filter((member) => !member.isKilled)
      const each = Math.ceil(lastVisits / (living.length * lanesEach))
      for (const member of living) member.tell({ do: 'stop', lastVisits: each })
    }
    await working

    const rules = { skew, tolerance: skew, grace, ...brief, isIndexed: isIndexed === true }
    const read = () =>
      readJournals(
        plans.map(({ journal }) => journal),
        rules,
        losses,
      )
    const issued = read().visits.flatMap((visit) =>
      visit.issued === undefined ? [] : [{ cookie: visit.issued, brief: visit.brief }],
    )
    await this.#members[0]!.ask({ do: 'look', issued })
    await this.#all(() => ({ do: 'close' }))
    this.#ends.set(address, commonClock(clock).moment().clock + skew)
    return read()
  }

  #all(messageFor: (n: number) => Message): Promise<unknown[]> {
    return Promise.all(this.#members.map((member, n) => member.ask(messageFor(n))))
  }

  async #replaceKilled(): Promise<void> {
    this.#members = await Promise.all(
      this.#members.map((member) => (member.isKilled ? this.#hire() : member)),
    )
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()))
  }
}

function lanesOf(name: string): string[] {
  return Array.from({ length: lanesEach }, (_, n) => `${name}${n}`)
}

function spread(numbers: readonly number[] = [0]): number {
  return Math.max(...numbers) - Math.min(...numbers)
}

function commonClock(settings: Plan['clock']): { moment: () => Moment } {
  const clock = new SessionClock(settings)
  return { moment: () => clock.moment() }
}

function losing(losses: Loss[], moment: () => Moment): Running['lose'] {
  return async (work) => {
    const begin = moment()
    await work()
    losses.push({ type: 'loss', span: { begin, end: moment() } })
  }
}

/** Never resolves: it is only there to fail as soon as something has. */
function failure(work: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => void work.catch(reject))
}
