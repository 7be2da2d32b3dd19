import memjs from 'memjs'
import { connectMeta } from '../lib/meta-socket.mjs'
import { rawCycle } from '../lib/raw-cycle.mjs'

async function onMetaSocket(context) {
  const { send, close } = await connectMeta(context.host)
  const set = (id, text, flags) =>
    send(`ms meta-${id} ${Buffer.byteLength(text)} T3600${flags}\r\n${text}\r\n`)
  return rawCycle(context, {
    create: (id, text) => set(id, text, ''),
    async read(id) {
      const { words, text } = await send(`mg meta-${id} v c\r\n`)
      return { text, version: words.at(-1).slice(1) }
    },
    async replace(id, text, version) {
      const { words } = await set(id, text, ` C${version}`)
      return words[0] === 'HD'
    },
    close,
  })
}

function onMemjs(context) {
  const client = memjs.Client.create(context.host)
  const set = (id, text) => client.set(`memjs-${id}`, text, { expires: 3600 })
  return rawCycle(context, {
    create: set,
    async read(id) {
      const { value } = await client.get(`memjs-${id}`)
      return { text: value.toString() }
    },
    replace: set,
    close: () => client.close(),
  })
}

export const contestants = [
  {
    workload: 'memcached',
    name: 'limit: meta commands on one socket',
    kind: 'limit',
    note: 'survives no error',
    make: onMetaSocket,
  },
  {
    workload: 'memcached',
    name: 'limit: memjs',
    kind: 'limit',
    note: 'loses updates: it has no compare-and-swap',
    make: onMemjs,
  },
]
