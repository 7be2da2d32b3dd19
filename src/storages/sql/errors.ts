/**
 * Codes of a statement that the database gave up in favour of another one: serialization failures and deadlocks of
 * PostgreSQL, deadlocks of MySQL, and what MariaDB says (with `innodb_snapshot_isolation`) of a row that somebody
 * changed while it waited for it. Nothing was written.
 */
const lostRaces = new Set<unknown>(['40001', '40P01', 'ER_LOCK_DEADLOCK', 'ER_CHECKREAD'])

/** The same as numbers, for drivers of MySQL that have no names; PlanetScale's has them in the message. */
const lostRaceNumbers = new Set<unknown>([1213, 1020])
const planetscale = /\(errno (\d+)\)/

export function isLostRace(error: unknown): boolean {
  const { code, errno, message } = (error ?? {}) as Record<'code' | 'errno' | 'message', unknown>
  if (lostRaces.has(code) || lostRaceNumbers.has(errno)) return true
  return lostRaceNumbers.has(Number(planetscale.exec(String(message))?.[1]))
}
