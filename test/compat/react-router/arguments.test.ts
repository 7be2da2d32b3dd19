import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { kinds } from './kinds.ts'

const refused = (advice: RegExp) => ({ code: 'ERR_SESSION_CONFIG', message: advice })

for (const { name, create } of kinds) {
  describe(`a wrong argument, ${name}`, () => {
    it('is told of: the promise of a session, or none', async () => {
      const { getSession, commitSession, destroySession } = create()
      for (const wrong of [getSession(null), undefined, null, {}]) {
        await assert.rejects(
          commitSession(wrong as never),
          refused(/commitSession.*await getSession/),
        )
        await assert.rejects(destroySession(wrong as never), refused(/destroySession.*await/))
      }
    })

    it('is told of: a request or its headers in place of the header', async () => {
      const { getSession } = create()
      const request = new Request('http://localhost', { headers: { Cookie: '__session=a' } })
      for (const wrong of [request, request.headers]) {
        await assert.rejects(getSession(wrong as never), refused(/headers\.get\('Cookie'\)/))
      }
    })

    it('is warned of: an option of a commit that there is not', async () => {
      const { getSession, commitSession } = create()
      const printed: string[] = []
      const { warn } = console
      console.warn = (message: unknown) => printed.push(String(message))
      try {
        const session = await getSession()
        const usual = { maxAge: 60, path: '/', priority: 'low', login: 'ada' } as const
        await commitSession(session, usual)
        assert.deepEqual(printed, [])
        // Each text is printed once.
        const option = `maxage-${name}`
        await commitSession(session, { [option]: 60 } as never)
        assert.match(printed.join('\n'), /commitSession\(\) has no option "maxage-/)
      } finally {
        console.warn = warn
      }
    })
  })
}
