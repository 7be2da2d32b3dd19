/*
 * What we promise, as ratios in one run. `ours` and `against` are names of rows; `against` may be a rule that finds one.
 * A measure turns the rows it found into the figure that is judged:
 *   faster    how many times faster ours is, at least
 *   within    how many times as long ours takes, at most
 *   longer    bytes of Set-Cookie more, at most
 *   ownCost   microseconds that ours adds to what `against` does for the same request, at most
 *   bytes, bytesOnceExpired   of heap for each session, at most
 */

/** The fastest other library of the table, or of those whose names begin so. */
const bestPeer = (prefix = '', label = 'the best peer') => ({
  label,
  isCandidate: ({ kind, name }) => kind === 'peer' && name.startsWith(prefix),
})

const target = (group, what, table, { ours, against, measure, limit }) => {
  const rule = typeof against === 'string' ? named(against) : against
  const label = `${group}, ${what} (${table}): ${ours}${rule ? ` against ${rule.label}` : ''}`
  return { label, group, what, table, ours, against: rule, measure, limit }
}
const named = (wanted) => ({ label: wanted, isCandidate: ({ name }) => name === wanted })
const faster = (ours, against, limit) => ({ ours, against, measure: 'faster', limit })
const within = (ours, against, limit) => ({ ours, against, measure: 'within', limit })

const sealed = 'coatcheck cookie (sealed)'
const secure = '@fastify/secure-session (sealed)'
const aes = 'limit: node AES-256-GCM'
const memory = 'coatcheck memory'
const sizes = { '100B': '100 B', '1KB': '1 KB', '3KB': '3 KB' }
const modes = { rw: 'read and write', ro: 'read only' }

const cookies = [
  ...[
    ['100B', 0.9],
    ['1KB', 1.15],
    ['3KB', 1.3],
  ].map(([size, limit]) =>
    target(
      'Sealed cookie',
      `${sizes[size]}, ${modes.rw}`,
      `A-${size}-rw`,
      faster(sealed, secure, limit),
    ),
  ),
  target('Sealed cookie', '100 B, read and write', 'A-100B-rw', within(sealed, aes, 1.3)),
  ...[
    ['100B', 0.9],
    ['1KB', 1.15],
    ['3KB', 1.1],
  ].map(([size, limit]) =>
    target(
      'Sealed cookie',
      `${sizes[size]}, read only, not seen before`,
      `A-${size}-ro-new`,
      faster(sealed, secure, limit),
    ),
  ),
  ...Object.keys(sizes).map((size) =>
    target(
      'Sealed cookie',
      `${sizes[size]}, read only, seen before`,
      `A-${size}-ro`,
      faster(sealed, secure, 2),
    ),
  ),
  ...Object.keys(sizes).map((size) =>
    target('Set-Cookie of a sealed session', sizes[size], `A-${size}-rw`, {
      ours: sealed,
      against: aes,
      measure: 'longer',
      limit: 120,
    }),
  ),
  ...['rw', 'ro-new'].map((mode) =>
    target(
      'Web Crypto only',
      `1 KB, ${mode === 'rw' ? modes.rw : 'read only, not seen before'}`,
      `A-1KB-${mode}`,
      faster(
        'coatcheck cookie (sealed), Web Crypto only',
        { ...bestPeer(), label: 'the best peer on Web Crypto', isCandidate: usesWebCrypto },
        1,
      ),
    ),
  ),
]

/** Of the peers on cookies, these need neither node:crypto nor a native library. */
function usesWebCrypto({ kind, name }) {
  return kind === 'peer' && /^(remix3|react-router|iron-session|hono|@hono)/.test(name)
}

const memories = [
  target('Memory', '1 KB, read and write', 'B-1KB-rw', faster(memory, bestPeer(), 4)),
  target(
    'Memory',
    '1 KB, read and write',
    'B-1KB-rw',
    within(memory, 'limit: Map of JSON, signed id', 1.6),
  ),
  target('Memory', '1 KB, read only', 'B-1KB-ro', faster(memory, bestPeer(), 5)),
]

const ownCosts = [
  ['A', 'cookie (sealed)', sealed],
  ['B', 'memory', memory],
].flatMap(([letter, what, against]) =>
  ['rw', 'ro'].map((mode) =>
    target(
      '`withSession`, without Request and Response',
      `${what}, 1 KB, ${modes[mode]}`,
      `${letter}-1KB-${mode}`,
      { ours: `coatcheck withSession, ${what}`, against, measure: 'ownCost', limit: 20 },
    ),
  ),
)

/** Of 1 KB, so many requests at a time: [mode, what must hold]. */
const onServer = (group, letter, inFlight, ...rules) =>
  rules.map(([mode, rule]) =>
    target(
      group,
      `${modes[mode]}, ${inFlight} at a time`,
      `${letter}-1KB-${mode}-${inFlight}`,
      rule,
    ),
  )

const redis = 'coatcheck redis'
const clientOfRedis = 'coatcheck redis, client of redis'
const memcache = 'coatcheck memcache'
const metaSocket = 'limit: meta commands on one socket'
const files = 'coatcheck fs'
const postgres = 'coatcheck sql, Kysely on pg'
const mariadb = 'coatcheck sql, Kysely on mysql2'

const servers = [
  ...onServer(
    'Redis',
    'C',
    64,
    ['rw', faster(redis, bestPeer(), 3.3)],
    ['ro', faster(redis, bestPeer(), 4.5)],
    ['rw', faster(clientOfRedis, bestPeer(), 2.2)],
    ['ro', faster(clientOfRedis, bestPeer(), 3)],
    ['rw', faster(clientOfRedis, 'limit: redis', 0.9)],
    ['rw', faster(redis, 'limit: ioredis, autopipelining', 0.9)],
  ),
  ...onServer(
    'Memcached',
    'D',
    64,
    ['rw', faster(memcache, bestPeer(), 6)],
    ['ro', faster(memcache, bestPeer(), 10)],
    ['rw', within(memcache, metaSocket, 1.6)],
    ['ro', within(memcache, metaSocket, 1.6)],
  ),
  ...[1, 16].flatMap((inFlight) =>
    onServer(
      'Files',
      'E',
      inFlight,
      ['rw', faster(files, bestPeer(), 4)],
      ['ro', faster(files, bestPeer(), 4)],
    ),
  ),
  // Each beside the one on the same driver: the difference between drivers is not ours.
  ...['libsql', 'node:sqlite'].flatMap((driver) => {
    const ours = `coatcheck sqlite, on ${driver}`
    const peer = bestPeer(`better-sqlite3-session-store, on ${driver}`)
    return onServer(
      'SQLite',
      'J',
      1,
      ['rw', faster(ours, peer, 2.3)],
      ['ro', faster(ours, peer, 5)],
    )
  }),
  ...onServer(
    'PostgreSQL',
    'I-postgres',
    16,
    ['rw', faster(postgres, bestPeer(), 1.6)],
    ['ro', faster(postgres, bestPeer(), 2)],
  ),
  ...onServer(
    'MariaDB',
    'I-mariadb',
    16,
    ['rw', faster(mariadb, bestPeer(), 1.6)],
    ['ro', faster(mariadb, bestPeer(), 2.5)],
  ),
]

const taxes = ['hono', 'fastify', 'koa', 'express'].flatMap((framework) =>
  ['rw', 'ro'].map((mode) =>
    target(
      'What sessions add to a request',
      `${framework}, 1 KB in memory, ${modes[mode]}`,
      `G-1KB-${mode}`,
      within(
        `${framework} with coatcheck`,
        bestPeer(`${framework} with `, `the best library of ${framework}`),
        0.5,
      ),
    ),
  ),
)

const heap = [
  ['bytes', 'while it lives', 1250],
  ['bytesOnceExpired', 'once all have expired', 10],
].map(([measure, what, limit]) =>
  target('Heap of a session of 1 KB', what, 'H-heap', { ours: memory, measure, limit }),
)

export const targets = [...cookies, ...memories, ...ownCosts, ...servers, ...taxes, ...heap]

/** Whether this row of a table is needed to judge the targets. The bases of rows come by themselves. */
export function isNeeded(table, row) {
  return targets.some(
    (one) => one.table === table && (one.ours === row.name || one.against?.isCandidate(row)),
  )
}
