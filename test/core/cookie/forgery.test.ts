import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import { paths, secretA, secretB, secretC, valueOf } from './cookie-paths.ts'
import { keyIdOf, partsOf } from './seal-layout.ts'

const name = 'session'
const value = 'user-42'
const refused = { value: null, present: true, outdated: false, problem: 'cookie' }

function encode(bytes: Uint8Array | string): string {
  return Buffer.from(bytes as string).toString('base64url')
}

for (const { name: path, createCookie } of paths) {
  for (const encrypt of [true, false]) {
    const kind = encrypt ? 'encrypting' : 'signing'
    const cookie = createCookie(name, { secrets: [secretA], encrypt })
    const genuine = valueOf(await cookie.serialize(value))
    const bytes = Buffer.from(genuine, 'base64url')

    async function assertRefused(text: string, why = text): Promise<void> {
      assert.deepEqual(await cookie.read(`${name}=${text}`), refused, why)
    }

    describe(`${encrypt ? 'an' : 'a'} ${kind} cookie on ${path}`, () => {
      it('reads its own value', async () => {
        assert.equal(await cookie.parse(`${name}=${genuine}`), value)
      })

      it('refuses a value with any one bit changed (ASVS 9.1.1)', async () => {
        for (let bit = 0; bit < bytes.length * 8; bit++) {
          const changed = Uint8Array.from(bytes)
          changed[bit >> 3]! ^= 1 << (bit & 7)
          await assertRefused(encode(changed), `bit ${bit}`)
        }
      })

      it('refuses a value with any one character replaced', async () => {
        for (let at = 0; at < genuine.length; at++) {
          for (const letter of ['A', '9', '_', '=', '%', '"', ' ', '.', 'é', '\u0000']) {
            if (genuine[at] === letter) continue
            // A blank at either end is not part of the value (RFC 6265 §5.2).
            if (letter === ' ' && at === genuine.length - 1) continue
            await assertRefused(genuine.slice(0, at) + letter + genuine.slice(at + 1), `at ${at}`)
          }
        }
      })

      it('refuses a value cut short, at either end', async () => {
        for (let length = 0; length < bytes.length; length++) {
          await assertRefused(encode(bytes.subarray(0, length)), `first ${length}`)
          await assertRefused(encode(bytes.subarray(bytes.length - length)), `last ${length}`)
        }
        for (let length = 1; length < genuine.length; length++) {
          await assertRefused(genuine.slice(0, length), `first ${length} characters`)
        }
      })

      it('refuses a value with something added', async () => {
        for (const more of ['A', '=', '.', '.AAAA', genuine, 'AAAA']) {
          await assertRefused(genuine + more)
          await assertRefused(more + genuine)
        }
        await assertRefused(encode(Buffer.concat([bytes, Uint8Array.of(0)])))
      })

      it('refuses quotes, percent escapes and blanks around or inside the value', async () => {
        await assertRefused(`"${genuine}"`)
        await assertRefused(encodeURIComponent(`${genuine}=`))
        await assertRefused(`%${genuine.charCodeAt(0).toString(16)}${genuine.slice(1)}`)
        await assertRefused(`${genuine.slice(0, 9)} ${genuine.slice(9)}`)
      })

      it('refuses every other spelling of the same bytes', async () => {
        const plain = Buffer.from(bytes).toString('base64')
        await assertRefused(plain === genuine ? `${genuine}=` : plain)
        await assertRefused(bytes.toString('hex'))
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
        for (const last of alphabet) {
          const text = genuine.slice(0, -1) + last
          if (text !== genuine) await assertRefused(text)
        }
      })

      it('refuses a value that is longer than any browser keeps', async () => {
        await assertRefused('A'.repeat(4097))
        await assertRefused(genuine.padEnd(5000, 'A'))
        await assertRefused('A'.repeat(1_000_000))
      })

      it('falls back to no other decoder (CVE-2026-39324)', async () => {
        const json = JSON.stringify({ value, userId: 'admin' })
        const unsigned = [
          value,
          json,
          encodeURIComponent(json),
          encode(json),
          encode(value),
          '{}',
          '0',
          'null',
        ]
        const legacy = createHmac('sha256', secretA).update(value).digest('base64url')
        const signatures = [
          `${value}.${legacy}`,
          `s:${value}.${legacy}`,
          `${encode(value)}.${legacy}`,
        ]
        const tokens = [
          'eyJhbGciOiJub25lIn0.e30.',
          `${encode('{"alg":"none"}')}.${encode(json)}.`,
          'Fe26.2**a*b*c**d*e',
        ]
        for (const text of [...unsigned, ...signatures, ...tokens]) await assertRefused(text)
      })

      it('refuses what the other kind of cookie wrote', async () => {
        const other = createCookie(name, { secrets: [secretA], encrypt: !encrypt })
        await assertRefused(valueOf(await other.serialize(value)))
        const relabelled = Uint8Array.from(bytes)
        relabelled[0] = encrypt ? 2 : 1
        const opened = await other.read(`${name}=${encode(relabelled)}`)
        assert.deepEqual(opened, refused)
      })

      it('refuses every version but its own (ASVS 9.1.2)', async () => {
        for (let version = 0; version < 256; version++) {
          if (version === bytes[0]) continue
          await assertRefused(encode(Uint8Array.of(version, ...bytes.subarray(1))), `${version}`)
        }
      })

      it('refuses a value of another cookie under the same secret (ASVS 9.2.2)', async () => {
        for (const other of ['Session', 'session2', 'sessio', '__Host-session', 'csrf']) {
          const reader = createCookie(other, { secrets: [secretA], encrypt })
          assert.deepEqual(await reader.read(`${other}=${genuine}`), refused, other)
        }
      })

      it('refuses a value of another context (ASVS 9.2.3)', async () => {
        for (const context of ['staging', ' ', '\0', name]) {
          const other = createCookie(name, { secrets: [secretA], encrypt, context })
          assert.deepEqual(await other.read(`${name}=${genuine}`), refused)
          await assertRefused(valueOf(await other.serialize(value)))
        }
      })

      it('knows where the name ends and the context begins', async () => {
        const writer = createCookie('ab', { secrets: [secretA], encrypt, context: 'c' })
        const reader = createCookie('a', { secrets: [secretA], encrypt, context: 'bc' })
        const text = valueOf(await writer.serialize(value))
        assert.deepEqual(await reader.read(`a=${text}`), refused)
      })

      it('refuses an unknown secret, also under the right key id (ASVS 9.1.3)', async () => {
        const stranger = createCookie(name, { secrets: [secretB], encrypt })
        const forged = Buffer.from(valueOf(await stranger.serialize(value)), 'base64url')
        await assertRefused(encode(forged))
        keyIdOf(secretA).copy(forged, 1)
        await assertRefused(encode(forged))
      })

      it('writes under the first secret and reads under all of them (CVE-2025-47278)', async () => {
        const secrets = [secretB, secretA, secretC]
        const rotated = createCookie(name, { secrets, encrypt })
        const text = valueOf(await rotated.serialize(value))
        assert.deepEqual(partsOf(text).keyId, keyIdOf(secretB))
        for (const secret of secrets) {
          const old = createCookie(name, { secrets: [secret], encrypt })
          const header = `${name}=${valueOf(await old.serialize(value))}`
          const expected = { value, present: true, outdated: secret !== secretB }
          assert.deepEqual(await rotated.read(header), expected)
        }
      })

      it('refuses what was written under a secret that was taken out', async () => {
        const later = createCookie(name, { secrets: [secretB, secretC], encrypt })
        assert.deepEqual(await later.read(`${name}=${genuine}`), refused)
      })

      it('reads under a secret that is listed twice', async () => {
        const twice = createCookie(name, { secrets: [secretA, secretB, secretA], encrypt })
        const header = `${name}=${genuine}`
        assert.deepEqual(await twice.read(header), { value, present: true, outdated: false })
      })

      it('keeps the secrets it was made with', async () => {
        const secrets = [secretA]
        const one = createCookie(name, { secrets, encrypt })
        secrets[0] = secretB
        assert.equal(await one.parse(`${name}=${genuine}`), value)
      })
    })
  }
}
