import { type Exchange, isWrite } from './exchange.ts'
import type { Stage } from './stage.ts'

export interface Expected {
  /** Who is logged in when all is over; undefined for nobody. */
  userId: string | undefined
  /** Whether what was saved before or meanwhile must be there still. */
  keeps: boolean
}

/** Looks at a stage on which everything has arrived, with one more visit. Says what is wrong. */
export async function judge(stage: Stage, expected: Expected): Promise<string[]> {
  const last = await stage.act('page')
  const wrong: string[] = []
  if (last.says.userId !== expected.userId) {
    wrong.push(`the visitor is ${last.says.userId ?? 'nobody'}`)
  } else if (expected.keeps) {
    wrong.push(...losses(stage.exchanges, last))
  }
  wrong.push(...lies(stage.exchanges), ...alarms(stage.exchanges))
  const most = expected.userId === undefined ? 0 : 1
  const live = (await stage.server.storage.sessionsOf('alice')).length
  if (live !== most) wrong.push(`alice has ${live} live sessions`)
  return wrong
}

/** A page that welcomes somebody must bring them their cookie. */
function lies(exchanges: readonly Exchange[]): string[] {
  return exchanges
    .filter(({ kind, status, set }) => kind === 'login' && status === 200 && !set)
    .map(({ name }) => `${name} says Welcome and sets no cookie`)
}

/** All ids are ours and young: nothing may look like theft. */
function alarms(exchanges: readonly Exchange[]): string[] {
  return exchanges.flatMap(({ name, events, status }) => [
    ...events
      .filter((event) => /^(tampered|reused-old-id|corrupt|store-error)/.test(event))
      .map((event) => `${name} is reported as ${event}`),
    ...(status === 200 ? [] : [`${name} is answered with ${status}`]),
  ])
}

/** Saved, and not there; or there twice. */
function losses(exchanges: readonly Exchange[], last: Exchange): string[] {
  const { list } = last.says
  const shown = exchanges.flatMap(({ says }) => says.messages)
  const wrong: string[] = []
  if (new Set(list).size !== list.length) wrong.push('something is in the list twice')
  for (const write of exchanges.filter(isWrite)) {
    const fate = fateOf(write, exchanges)
    const isThere = (write.kind === 'add' ? list : shown).includes(write.name)
    if (fate === 'must stay' && !isThere) wrong.push(`${write.name} was saved and is lost`)
    if (fate === 'must not come' && write.kind === 'add' && isThere) {
      wrong.push(`${write.name} was written under the old id and reached the new one`)
    }
  }
  return wrong
}

/**
 * What was saved must stay, unless it was read under an id that a plain rotation had put out already:
 * the data of that one and of its successor never mix.
 */
function fateOf(
  write: Exchange,
  exchanges: readonly Exchange[],
): 'must stay' | 'must not come' | 'may stay' {
  if (!write.saved) return 'may stay'
  const renewal = exchanges.find(
    ({ kind, sent, set }) => kind === 'renew' && sent === write.sent && set,
  )
  if (renewal === undefined || write.read.end < renewal.save.begin) return 'must stay'
  return write.read.begin > renewal.save.end ? 'must not come' : 'may stay'
}
