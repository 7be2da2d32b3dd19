import { builtinModule } from '../platform.ts'
import type { CryptoBackend } from './backend.ts'
import { createNodeBackend, type NodeCrypto } from './node.ts'
import { webBackend } from './web.ts'

function chooseBackend(): CryptoBackend {
  const crypto = builtinModule('node:crypto') as Partial<NodeCrypto> | undefined
  const complete =
    typeof crypto?.hkdfSync === 'function' &&
    typeof crypto.createCipheriv === 'function' &&
    'Buffer' in globalThis
  return complete ? createNodeBackend(crypto as NodeCrypto) : webBackend
}

/**
 * The runtime's cryptography: synchronous `node:crypto` where there is one, because a trip through
 * Web Crypto costs tens of microseconds whatever it does; Web Crypto elsewhere.
 */
export const cryptoBackend: CryptoBackend = chooseBackend()
