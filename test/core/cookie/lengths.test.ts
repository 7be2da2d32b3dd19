import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { paths, secretA, secretB } from './cookie-paths.ts'

const configError = { name: 'SessionError', code: 'ERR_SESSION_CONFIG' }

for (const { name, createCookie } of paths) {
  describe(`The longest names and contexts (${name})`, () => {
    const longestName = 'n'.repeat(256)
    const longestContext = 'ä'.repeat(256)

    for (const encrypt of [true, false]) {
      it(`seal and open (encrypt: ${encrypt})`, async () => {
        const options = { secrets: [secretA, secretB], context: longestContext, encrypt }
        const cookie = createCookie(longestName, options)
        assert.equal(await cookie.parse((await cookie.serialize('x')).split(';')[0]), 'x')
      })
    }

    it('are refused when they are longer, at construction', () => {
      const secrets = [secretA]
      assert.throws(() => createCookie(`${longestName}n`, { secrets }), configError)
      for (const context of [`${longestContext}a`, 'a'.repeat(513), '\ud800']) {
        assert.throws(() => createCookie('session', { secrets, context }), configError)
      }
    })
  })
}
