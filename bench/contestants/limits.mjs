// What the platform allows for the same cycle: by hand, no options, no framework, no promises kept.
import { createCipheriv, createDecipheriv, randomBytes, webcrypto } from 'node:crypto'
import {
  attributes,
  checkSignature,
  createMapSessions,
  find,
  key,
  keyBytes,
  sign,
} from '../lib/by-hand.mjs'

const { subtle } = webcrypto

const signed = {
  encode(data) {
    const text = Buffer.from(JSON.stringify(data)).toString('base64url')
    return `${text}.${sign(text)}`
  },
  decode: (value) => JSON.parse(Buffer.from(checkSignature(value), 'base64url').toString()),
}

const sealed = {
  encode(data) {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    const text = cipher.update(JSON.stringify(data))
    cipher.final()
    return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url')
  },
  decode(value) {
    const bytes = Buffer.from(value, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(-16))
    const text = decipher.update(bytes.subarray(12, -16))
    decipher.final()
    return JSON.parse(text.toString())
  },
}

function cookieCycle({ mode, data }, { encode, decode }) {
  const setCookie = (data) => `session=${encode(data)}${attributes}`
  return {
    start: () => setCookie(data),
    request(header) {
      const data = decode(find(header))
      const { count } = data
      if (mode === 'ro') return { count }
      data.count = count + 1
      return { count, setCookie: setCookie(data) }
    },
  }
}

async function webCryptoCycle({ mode, data }) {
  const webKey = await subtle.importKey('raw', keyBytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  const setCookie = async (data) => {
    const iv = webcrypto.getRandomValues(new Uint8Array(12))
    const plain = Buffer.from(JSON.stringify(data))
    const text = await subtle.encrypt({ name: 'AES-GCM', iv }, webKey, plain)
    return `session=${Buffer.concat([iv, Buffer.from(text)]).toString('base64url')}${attributes}`
  }
  return {
    start: () => setCookie(data),
    async request(header) {
      const bytes = Buffer.from(find(header), 'base64url')
      const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, 12) }
      const plain = await subtle.decrypt(algorithm, webKey, bytes.subarray(12))
      const data = JSON.parse(Buffer.from(plain).toString())
      const { count } = data
      if (mode === 'ro') return { count }
      data.count = count + 1
      return { count, setCookie: await setCookie(data) }
    },
  }
}

function mapCycle({ mode, data }, freeze, thaw) {
  const { begin, open } = createMapSessions(freeze, thaw)
  return {
    start: () => begin(data),
    request(header) {
      const { data, keep } = open(header)
      const { count } = data
      if (mode === 'ro') return { count }
      data.count = count + 1
      keep(data)
      return { count }
    },
  }
}

const same = (data) => data

export const contestants = [
  {
    workload: 'cookie',
    name: 'limit: node HMAC',
    kind: 'limit',
    make: (context) => cookieCycle(context, signed),
  },
  {
    workload: 'cookie',
    name: 'limit: node AES-256-GCM',
    kind: 'limit',
    make: (context) => cookieCycle(context, sealed),
  },
  {
    workload: 'cookie',
    name: 'limit: Web Crypto AES-256-GCM',
    kind: 'limit',
    make: webCryptoCycle,
  },
  {
    workload: 'memory',
    name: 'limit: Map of JSON, signed id',
    kind: 'limit',
    make: (context) => mapCycle(context, JSON.stringify, JSON.parse),
  },
  {
    workload: 'memory',
    name: 'limit: Map of objects, signed id',
    kind: 'limit',
    note: 'requests share the object',
    make: (context) => mapCycle(context, same, same),
  },
  {
    workload: 'heap',
    name: 'limit: Map of JSON',
    kind: 'limit',
    note: 'never expires',
    make() {
      const entries = new Map()
      const id = () => randomBytes(16).toString('base64url')
      return { put: (data) => void entries.set(id(), JSON.stringify(data)) }
    },
  },
]
