// What the charts of speed show. A group is a table's rows that `shows` tells, and its fastest peer where `besidePeer`.

const sealed = 'coatcheck cookie (sealed)'
const aes = 'limit: node AES-256-GCM'

const group = (label, table, names) => ({
  label,
  table,
  besidePeer: true,
  shows: ({ name }) => names.includes(name),
})

const sizes = { '100B': '100 B', '1KB': '1 KB', '3KB': '3 KB' }
const modes = {
  rw: 'read and write',
  'ro-new': 'read only, not seen before',
  ro: 'read only, seen before',
}

export const charts = [
  {
    file: 'speed',
    title: 'What a request costs: Coatcheck, the fastest other library, and by hand',
    notes: [
      'A session with 1 KB is read and written, unless the row says otherwise.',
      'Each row has a scale of its own; shorter is faster.',
      'By hand: the least code that does it on this platform, with fewer features and promises.',
    ],
    groups: [
      group('Sealed cookie', 'A-1KB-rw', [sealed, aes]),
      group('Sealed cookie\nread only, not seen before', 'A-1KB-ro-new', [sealed, aes]),
      group('Memory', 'B-1KB-rw', ['coatcheck memory', 'limit: Map of JSON, signed id']),
      group('Files', 'E-1KB-rw-1', ['coatcheck fs', 'limit: write and rename']),
      group('SQLite', 'J-1KB-rw-1', ['coatcheck sqlite, on libsql', 'limit: libsql statements']),
      group('Redis\n64 at a time', 'C-1KB-rw-64', [
        'coatcheck redis',
        'limit: ioredis, autopipelining',
      ]),
      group('Memcached\n64 at a time', 'D-1KB-rw-64', [
        'coatcheck memcache',
        'limit: meta commands on one socket',
      ]),
      group('PostgreSQL\n16 at a time', 'I-postgres-1KB-rw-16', [
        'coatcheck sql, Kysely on pg',
        'limit: pg',
      ]),
      group('MariaDB\n16 at a time', 'I-mariadb-1KB-rw-16', [
        'coatcheck sql, Kysely on mysql2',
        'limit: mysql2',
      ]),
    ],
  },
  {
    file: 'speed-cookies',
    title: 'Sealed cookies by size',
    notes: ['Beside the library that encrypts its cookies fastest, and AES-256-GCM by hand.'],
    groups: Object.keys(modes).flatMap((mode) =>
      Object.keys(sizes).map((size) => ({
        label: `${sizes[size]}\n${modes[mode]}`,
        table: `A-${size}-${mode}`,
        shows: ({ name }) => [sealed, aes, '@fastify/secure-session (sealed)'].includes(name),
      })),
    ),
  },
  {
    file: 'speed-servers',
    title: 'What sessions add to a request of a whole server',
    notes: [
      '1 KB in memory. The time of the same framework without sessions is taken off.',
      'Beside the libraries of that framework, and a Map of JSON by hand.',
    ],
    groups: ['hono', 'fastify', 'koa', 'express'].flatMap((framework) =>
      ['rw', 'ro'].map((mode) => ({
        label: `${framework}\n${modes[mode].split(',')[0]}`,
        table: `G-1KB-${mode}`,
        shows: ({ name, kind }) => name.startsWith(`${framework} with `) && kind !== 'base',
      })),
    ),
  },
]

/** Whether a chart shows this row of a table, not counting the fastest peer of all. */
export function isDrawn(table, row) {
  return charts.some(({ groups }) =>
    groups.some((group) => group.table === table && group.shows(row)),
  )
}
