import { cookieHeader } from '../payload.mjs'

const atOnce = 128

/** So many visitors' Cookie headers. */
export async function makeVisitors(count, start) {
  const headers = []
  for (let i = 0; i < count; i++) headers.push(cookieHeader(await start()))
  return headers
}

/**
 * Writes the record of a session under so many other keys. It takes no way through the storage: a million sessions
 * shall take seconds.
 */
export async function writeCopies(store, handle, count, owner) {
  const { value } = await store.read(handle)
  const write = { replaces: null, expiresAt: Date.now() + 86_400_000, ...(owner && { owner }) }
  let left = count
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) await store.write(newHandle(), value, write)
    }),
  )
}

function newHandle() {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url')
}
