import { cryptoBackend } from '../../core/runtime/crypto/choose.ts'
import { type Send, textOf } from './connection.ts'
import { Script } from './script.ts'
import { nameLength } from './record-text.ts'

/*
 * Which user has which sessions: a sorted set of keys for each user, ordered by when they end. A key is added
 * before its record is written, so that none is ever missing; what has ended is dropped when one is added.
 */

/** How much longer a key is listed than its record lives at least, in milliseconds: clocks differ. */
export const slack = 300_000

/**
 * Keys, and how long, in milliseconds: KEYS list; ARGV until, key, now, until from now. Never for a shorter time than before
 * (GT came with Redis 6.2 only).
 */
const add = new Script(`
local listed = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not listed or tonumber(listed) < tonumber(ARGV[1]) then redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.max(redis.call('PTTL', KEYS[1]), ARGV[4]))
`)

/** What a user's list is called: a hash, because user ids are of any length and may be mail addresses. */
export async function listOf(owner: string): Promise<string> {
  return (await cryptoBackend.sha256(owner)).slice(0, nameLength)
}

/**
 * Puts the key in the list, for longer than its record is to live: so that the next writes need not.
 *
 * @param now In milliseconds since the epoch, like `expiresAt`.
 * @returns Until when it is listed.
 */
export async function addToList(
  send: Send,
  list: string,
  key: string,
  expiresAt: number,
  now: number,
): Promise<number> {
  const until = expiresAt + Math.max(expiresAt - Math.floor(now), slack)
  await add.run(send, list, String(until), key, String(now), String(until - Math.floor(now)))
  return until
}

export async function isListed(send: Send, list: string, key: string): Promise<boolean> {
  return (await send(list, 'ZSCORE', list, key)) !== null
}

export async function removeFromList(send: Send, list: string, key: string): Promise<void> {
  await send(list, 'ZREM', list, key)
}

/** The keys in the list that had not ended by then. */
export async function keysIn(send: Send, list: string, now: number): Promise<string[]> {
  const reply = await send(list, 'ZRANGEBYSCORE', list, `(${now}`, '+inf')
  return (reply as unknown[]).map((key) => textOf(key)!)
}
