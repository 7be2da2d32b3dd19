/** A secret for every library that takes one. */
export const secret = 'only-for-benchmarks-kR3uVb8sYq1nT6wZ'

/** What a browser sends before our cookie: nobody's session cookie comes alone. */
export const otherCookies = 'theme=dark; _ga=GA1.2.1234567890.1700000000; '

/** Bytes of JSON in the session. "3KB" is 2.7 KB, so that it still fits a cookie when encoded. */
export const sizes = { '100B': 100, '1KB': 1024, '3KB': 2700 }

/** Session data of `bytes` bytes of JSON, with a `count` to read and raise. */
export function sessionData(bytes) {
  const data = { count: 1, userId: 'u_8f3a1c77', theme: 'dark', csrf: 'Zk3vQ0b1r8sXw2Lr' }
  if (bytes > 200) {
    data.roles = ['admin', 'editor', 'viewer']
    data.items = []
    for (let i = 0; jsonLength(data) < bytes - 80; i++) {
      data.items.push({ id: 1000 + i, name: `item number ${i}`, quantity: (i % 5) + 1 })
    }
  }
  const missing = bytes - jsonLength(data) - ',"pad":""'.length
  if (missing > 0) data.pad = 'x'.repeat(missing)
  return data
}

/** Copies every entry of `data` into a session with a `set` method. */
export function fill(session, data) {
  for (const key of Object.keys(data)) session.set(key, data[key])
}

/** A cookie as long as a session's, for the apps without sessions. */
export function plainCookie({ workload, data }) {
  const length = workload === 'cookie' ? Math.ceil((jsonLength(data) * 4) / 3) : 80
  return `session=${'x'.repeat(length)}`
}

/** What a browser sends back for these `Set-Cookie` headers. */
export function cookieHeader(setCookies) {
  if (typeof setCookies === 'string') return otherCookies + pairOf(setCookies)
  if (setCookies.length === 1) return otherCookies + pairOf(setCookies[0])
  return otherCookies + setCookies.map(pairOf).join('; ')
}

function pairOf(line) {
  const end = line.indexOf(';')
  return end === -1 ? line : line.slice(0, end)
}

function jsonLength(value) {
  return JSON.stringify(value).length
}
