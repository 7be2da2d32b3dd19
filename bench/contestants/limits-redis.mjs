// A string read by GET and replaced by a script that compares its first eight characters.
import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { rawCycle } from '../lib/raw-cycle.mjs'
import { connectResp } from '../lib/resp-socket.mjs'

const script = `
if redis.call('GETRANGE', KEYS[1], 0, 7) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', 3600)
return 1`
const hash = createHash('sha1').update(script).digest('hex')
const digits = 8
let writes = 0
const versioned = (text) => String(++writes).padStart(digits, '0') + text

async function strings(context, prefix, { send, close }) {
  await send('SCRIPT', 'LOAD', script)
  return rawCycle(context, {
    create: (id, text) => send('SET', prefix + id, versioned(text), 'EX', '3600'),
    async read(id) {
      const text = await send('GET', prefix + id)
      return { text: text.slice(digits), version: text.slice(0, digits) }
    },
    async replace(id, text, version) {
      return (await send('EVALSHA', hash, '1', prefix + id, version, versioned(text))) === 1
    },
    close,
  })
}

function onIoredis(context, prefix, options) {
  const client = new Redis(context.url, options)
  const connection = { send: (...words) => client.call(...words), close: () => client.disconnect() }
  return strings(context, prefix, connection)
}

const limit = (name, make, note) => ({ workload: 'redis', name, kind: 'limit', make, note })

export const contestants = [
  limit('limit: ioredis', (context) => onIoredis(context, 'ioredis:')),
  limit('limit: ioredis, autopipelining', (context) =>
    onIoredis(context, 'autopipelining:', { enableAutoPipelining: true }),
  ),
  limit('limit: redis', async (context) => {
    const client = await createClient({ url: context.url }).connect()
    const send = (...words) => client.sendCommand(words)
    return strings(context, 'redis:', { send, close: () => client.destroy() })
  }),
  limit(
    'limit: RESP on one socket',
    async (context) => strings(context, 'resp:', await connectResp(context.url)),
    'survives no error',
  ),
]
