import { createHash } from 'node:crypto'

/** An address that changes with the content, so that a browser may keep it for ever. */
export function address(name: string, ending: string, content: string | Uint8Array): string {
  const version = createHash('sha256').update(content).digest('base64url').slice(0, 10)
  return `/${name}.${version}.${ending}`
}
