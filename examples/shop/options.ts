import { parseArgs } from 'node:util'

const usage = `Usage: npm start -- [options]

  --host ADDRESS      where to listen; 0.0.0.0 lets other devices in    (localhost, or HOST)
  --port NUMBER       (3000, or PORT)
  --sessions FOLDER   where sessions are kept as files    (./.sessions, or SESSIONS_DIRECTORY)
  --storage ADDRESS   keeps them elsewhere: memory: cookie: sqlite:FILE redis://HOST
                      memcached://HOST postgres://… mysql://…    (SESSION_STORAGE)
  --help              shows this
`

export interface ShopOptions {
  host: string
  port: number
  sessions: string
  /** The address of the storage, such as `fs:./.sessions`. */
  storage: string
}

/** Reads the command line. Undefined: there is nothing to start, and it has been said why. */
export function readOptions(): ShopOptions | undefined {
  try {
    const options = parse()
    if (options !== undefined) return options
    console.log(usage)
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exitCode = 2
  }
  return undefined
}

function parse(): ShopOptions | undefined {
  const { env } = process
  const { host, port, sessions, storage, help } = parseArgs({
    options: {
      host: { type: 'string', default: env.HOST ?? 'localhost' },
      port: { type: 'string', default: env.PORT ?? '3000' },
      sessions: { type: 'string', default: env.SESSIONS_DIRECTORY ?? './.sessions' },
      storage: { type: 'string', default: env.SESSION_STORAGE },
      help: { type: 'boolean', short: 'h' },
    },
  }).values

  if (help) return undefined
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new Error(`"${port}" is no port: it takes a number from 0 to 65535`)
  }
  return { host, port: Number(port), sessions, storage: storage ?? `fs:${sessions}` }
}
