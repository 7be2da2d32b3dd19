// Sessions by hand: a Map of JSON under a signed id, without options and without promises kept.
import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto'
import { secret } from './payload.mjs'

export const attributes = '; Path=/; HttpOnly; Secure; SameSite=Lax'
export const keyBytes = Buffer.from(secret.slice(0, 32))
export const key = createSecretKey(keyBytes)

/** The session cookie's value; it is never the first in our headers. */
export function find(header) {
  const start = header.indexOf('; session=') + '; session='.length
  const end = header.indexOf(';', start)
  return end < 0 ? header.slice(start) : header.slice(start, end)
}

export function sign(text) {
  return createHmac('sha256', key).update(text).digest('base64url')
}

export function checkSignature(value) {
  const dot = value.lastIndexOf('.')
  const text = value.slice(0, dot)
  const given = Buffer.from(value.slice(dot + 1))
  const wanted = Buffer.from(sign(text))
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new Error('forged')
  return text
}

/** `freeze` and `thaw` turn data into what is kept, and back. */
export function createMapSessions(freeze = JSON.stringify, thaw = JSON.parse) {
  const entries = new Map()
  const expiry = () => Date.now() + 3_600_000
  return {
    /** Keeps a copy of the data; returns its Set-Cookie. */
    begin(data) {
      const id = randomBytes(20).toString('base64url')
      entries.set(id, { kept: freeze(structuredClone(data)), expires: expiry() })
      return `session=${id}.${sign(id)}${attributes}`
    },
    /** The data behind a Cookie header, and what keeps other data in its place. */
    open(header) {
      const entry = entries.get(checkSignature(find(header)))
      if (!entry || entry.expires < Date.now()) throw new Error('gone')
      return {
        data: thaw(entry.kept),
        keep(data) {
          entry.kept = freeze(data)
          entry.expires = expiry()
        },
      }
    },
  }
}
