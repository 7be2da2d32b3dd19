/** Where sessions are kept, for people who look at the shop. */
export interface Place {
  name: string
  what: string
  /** Whether a user's sessions can be listed and ended one by one. */
  hasList: boolean
  /** Whether a session is compared before it is replaced, so that no change is lost. */
  isAtomic: boolean
  outlives: string
}

const server = { hasList: true, isAtomic: true }

const places: Record<string, Place> = {
  fs: {
    ...server,
    name: 'Files',
    what: 'Each session is a file in a folder of this machine. Any number of processes may share it.',
    outlives: 'A restart, and a process that is killed',
  },
  sqlite: {
    ...server,
    name: 'SQLite',
    what: 'Each session is a row in a file of this machine. Any number of processes may share it.',
    outlives: 'A restart, and a process that is killed',
  },
  redis: {
    ...server,
    name: 'Redis',
    what: 'Each session is one key on a Redis server, which many machines may share.',
    outlives: 'A restart of the shop; one of Redis as the server is set up',
  },
  memcached: {
    ...server,
    hasList: false,
    name: 'Memcached',
    what: 'Each session is one key on memcached, which many machines may share.',
    outlives: 'A restart of the shop, but not one of memcached',
  },
  postgres: {
    ...server,
    name: 'PostgreSQL',
    what: 'Each session is a row in the database, which many machines may share.',
    outlives: 'A restart of the shop, and of the database',
  },
  mysql: {
    ...server,
    name: 'MySQL or MariaDB',
    what: 'Each session is a row in the database, which many machines may share.',
    outlives: 'A restart of the shop, and of the database',
  },
  memory: {
    ...server,
    name: 'Memory',
    what: 'Sessions are in the memory of this process, with a limit on how many.',
    outlives: 'Nothing: when the process ends, they are gone',
  },
  cookie: {
    name: 'The cookie itself',
    what: 'The server keeps nothing. The session travels in its cookie, encrypted, and with each answer that changes it.',
    hasList: false,
    isAtomic: false,
    outlives: 'Everything but the browser',
  },
}

/** What an address such as `fs:./sessions` stands for. */
export function placeOf(address: string): Place {
  return places[address.split(':', 1)[0]!] ?? places.memory!
}
