import { configError } from '../../core/errors.ts'

interface Host {
  /** `host:port` in lower case, so that it does not matter in which of its spellings a host is given. */
  name: string
  host: string
  port: number
}

const usualPort = 11_211

/**
 * @param hosts `host:port`, `[::1]:port` or `host`, with memcached's own port by default.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if one is something else, or in the list twice.
 */
export function parseHosts(hosts: unknown): Host[] {
  if (!Array.isArray(hosts) || hosts.length === 0) {
    throw configError('The memcache storage needs hosts, such as { hosts: ["localhost:11211"] }')
  }
  const parsed = hosts.map(parseHost)
  const names = parsed.map(({ name }) => name)
  const twice = names.find((name, n) => names.indexOf(name) < n)
  if (twice !== undefined) throw configError(`hosts has ${twice} twice: name each host once`)
  return parsed
}

function parseHost(text: unknown): Host {
  const found = /^(\[[^\][/?#@\\]+\]|[^\][/?#@\\:\s]+)(?::(\d{1,5}))?$/.exec(String(text))
  const port = Number(found?.[2] ?? usualPort)
  const url = `http://${found?.[1]}`
  const isHost = typeof text === 'string' && found !== null && URL.canParse(url)
  if (!isHost || port < 1 || port > 65_535) {
    throw configError('A memcached host is written like "cache-1:11211"')
  }
  // One spelling for a name, and for an IPv6 address too.
  const { hostname } = new URL(url)
  return { name: `${hostname}:${port}`, host: hostname.replace(/^\[|\]$/g, ''), port }
}
