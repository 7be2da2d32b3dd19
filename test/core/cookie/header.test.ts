import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { paths, secretA, secretB, valueOf } from './cookie-paths.ts'

const absent = { value: null, present: false, outdated: false }
const forged = { value: null, present: true, outdated: false, problem: 'cookie' }
const shadowed = { value: null, present: true, outdated: false, problem: 'shadowed' }

describe('reading a Cookie header', () => {
  const cookie = createCookie('session', { secrets: [secretA] })
  let genuine = ''
  const read = async (header: string | null | undefined) => cookie.read(header)
  const found = { value: 'mine', present: true, outdated: false }

  it('finds the cookie wherever it stands', async () => {
    genuine = valueOf(await cookie.serialize('mine'))
    for (const header of [
      `session=${genuine}`,
      `a=b; session=${genuine}`,
      `session=${genuine}; a=b`,
      `a=b; session=${genuine}; c=d`,
      `a=b;session=${genuine};c=d`,
      `a="x=y"; session=${genuine}; session2=${genuine}`,
      `session2=x; xsession=x; session=${genuine}`,
      `; ;; session=${genuine};`,
      `  session=${genuine}  `,
      `a=session; session=${genuine}`,
      `a==; session=${genuine}`,
      `é=ü; session=${genuine}`,
    ]) {
      assert.deepEqual(await read(header), found, header)
    }
  })

  it('takes a missing cookie for nobody, and no error', async () => {
    for (const header of [
      null,
      undefined,
      '',
      ' ',
      ';',
      '=',
      'a=b',
      'a=b; c=d',
      ';;;;',
      '\u0000',
    ]) {
      assert.deepEqual(await read(header), absent)
      assert.equal(await cookie.parse(header), null)
    }
  })

  it('takes no pair from behind a comma, and says that there was one', async () => {
    for (const header of [
      `a=b, session=${genuine}`,
      `a,session=${genuine}`,
      `a=b,session = ${genuine}; c=d`,
      `a="x, session=${genuine}"`,
      `session; a=b,\tsession=${genuine}`,
    ]) {
      assert.deepEqual(await read(header), forged, header)
    }
    // Nobody asks what else stands there if the cookie is found.
    assert.deepEqual(await read(`a=b, session=x; session=${genuine}`), found)
    for (const header of ['a=b, session2=x', 'a=b, session', 'a=b, xsession=x']) {
      assert.deepEqual(await read(header), absent, header)
    }
  })

  it('takes quotes for a part of the value, so that a cookie in quotes is told as forged', async () => {
    for (const header of [`session="${genuine}"`, `a=b; session="${genuine}"; c=d`]) {
      assert.deepEqual(await read(header), forged, header)
    }
  })

  it('skips nameless cookies (CVE-2023-23934)', async () => {
    for (const header of [
      'session',
      'session;',
      genuine,
      `=session=${genuine}`,
      `==session=${genuine}`,
      ` =session=${genuine}`,
      `= session=${genuine}`,
      `a=b; =session=${genuine}`,
      `=${genuine}`,
    ]) {
      assert.deepEqual(await read(header), absent, header)
    }
    assert.deepEqual(await read(`=session=bad; session; session=${genuine}`), found)
  })

  it('compares names byte by byte and decodes none of them', async () => {
    for (const name of [
      '%73ession',
      'sess%69on',
      'session%20',
      'Session',
      'SESSION',
      'session2',
      'xsession',
      'session.',
      '.session',
      'session[]',
      'session\u0000',
      '\u0000session',
      '"session"',
      '$session',
      'session\u00a0',
      '\u00a0session',
      '\u2000session',
      '\ufeffsession',
      '\u000bsession',
      '\nsession',
      'ſession',
      'sesſion',
      'sess\u0131on',
      'a session',
    ]) {
      assert.deepEqual(await read(`${name}=${genuine}`), absent, JSON.stringify(name))
    }
  })

  it('lets nothing stand in for a prefix (CVE-2020-8184)', async () => {
    const host = createCookie('__Host-session', { secrets: [secretA] })
    const text = valueOf(await host.serialize('mine'))
    for (const name of [
      '__%48ost-session',
      '__Host%2Dsession',
      '%5F%5FHost-session',
      '..Host-session',
      '_[Host-session',
      '__Host_session',
      '\u2000__Host-session',
      '__host-session',
      '__HOST-session',
      ' = __Host-session',
      '=__Host-session',
      '__Host-session ;',
      'x;__Host-session2',
      '__Secure-__Host-session',
    ]) {
      assert.deepEqual(await host.read(`${name}=${text}`), absent, JSON.stringify(name))
    }
    assert.deepEqual(await host.read(`__Host-session=${text}`), found)
  })

  it('finds nothing under the names that objects come with', async () => {
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
      const inert = createCookie(name, { secrets: [secretA] })
      assert.deepEqual(await inert.read('a=b'), absent)
      assert.equal(await inert.parse((await inert.serialize('x')).split(';')[0]), 'x')
      assert.equal(({} as Record<string, unknown>)['x'], undefined)
    }
  })

  it('reads a very long header in no time', async () => {
    const patterns = [
      'session',
      'session ',
      'session=;',
      ',session=',
      'session ; ',
      ' ',
      ';',
      '=',
      '\t',
      's',
      'session\t\t',
    ]
    for (const pattern of patterns) {
      const header = pattern.repeat(Math.ceil(1_000_000 / pattern.length))
      const started = performance.now()
      await read(header)
      assert.ok(performance.now() - started < 2000, JSON.stringify(pattern))
    }
  })
})

for (const { name: path, createCookie } of paths) {
  describe(`several cookies of one name on ${path}`, () => {
    const cookie = createCookie('session', { secrets: [secretA, secretB] })
    const older = createCookie('session', { secrets: [secretB] })

    async function pair(value: string, by = cookie): Promise<string> {
      return `session=${valueOf(await by.serialize(value))}`
    }

    async function readInEveryOrder(pairs: string[]): Promise<unknown> {
      const headers = [pairs, pairs.toReversed(), [...pairs.slice(1), pairs[0]!]]
      const readings = await Promise.all(headers.map((one) => cookie.read(one.join('; '))))
      for (const reading of readings) assert.deepEqual(reading, readings[0])
      return readings[0]
    }

    const found = { value: 'mine', present: true, outdated: false }

    it('are no obstacle if one is authentic, wherever it stands', async () => {
      const mine = await pair('mine')
      for (const planted of [
        'session=evil',
        'session=',
        mine.slice(0, -2),
        `${mine}AA`,
        'session="',
        'session=%',
      ]) {
        assert.deepEqual(await readInEveryOrder([planted, mine]), found, planted)
      }
      assert.deepEqual(await readInEveryOrder(['session=1', 'session=2', 'session=3', mine]), found)
      assert.deepEqual(await readInEveryOrder(['session=1', 'a=b', mine, '=session=x']), found)
    })

    it('are one if they say the same', async () => {
      const mine = await pair('mine')
      assert.deepEqual(await readInEveryOrder([mine, mine]), found)
      assert.deepEqual(await readInEveryOrder([mine, await pair('mine')]), found)
    })

    it('are sent again if one of them is under an older secret, whichever comes first', async () => {
      const pairs = [await pair('mine'), await pair('mine', older)]
      assert.deepEqual(await readInEveryOrder(pairs), { ...found, outdated: true })
    })

    it('are nobody’s by themselves if two of them are authentic and say different things', async () => {
      const [mine, yours] = [await pair('mine'), await pair('yours')]
      const undecided = { ...shadowed, rivals: ['mine', 'yours'] }
      for (const pairs of [
        [mine, yours],
        [mine, yours, mine],
        [mine, 'session=evil', yours],
      ]) {
        assert.deepEqual(await cookie.read(pairs.join('; ')), undecided)
        assert.equal(await cookie.parse(pairs.join('; ')), null)
      }
    })

    it('are told as long as they are few', async () => {
      const pairs = await Promise.all(Array.from({ length: 9 }, (_, i) => pair(`value ${i}`)))
      const reading = await cookie.read(pairs.slice(1).join('; '))
      assert.equal(reading.rivals?.length, 8)
      assert.deepEqual(await cookie.read(pairs.join('; ')), { ...shadowed, rivals: [] })
    })

    it('are forged if none is authentic', async () => {
      assert.deepEqual(await readInEveryOrder(['session=1', 'session=2']), forged)
    })

    it('cannot hide an authentic one by their number, as far as a browser keeps so many', async () => {
      const mine = await pair('mine')
      const planted = (count: number) => Array.from({ length: count }, (_, i) => `session=${i}`)
      assert.deepEqual(await cookie.read([...planted(199), mine].join('; ')), found)
      assert.deepEqual(await cookie.read([...planted(200), mine].join('; ')), shadowed)
    })
  })
}

describe('plain cookies', () => {
  const cookie = createCookie('theme')

  it('keep what they are given, percent-encoded and neither signed nor sealed', async () => {
    assert.equal(cookie.signed, false)
    assert.equal(cookie.encrypted, false)
    const text = await cookie.serialize('dark; Path=/evil, "ü"\r\n')
    assert.ok(text.startsWith('theme=dark%3B%20Path%3D%2Fevil%2C%20%22%C3%BC%22%0D%0A; Path=/;'))
    assert.equal(await cookie.parse(text.split(';')[0]), 'dark; Path=/evil, "ü"\r\n')
  })

  it('read null where the escapes are broken', async () => {
    for (const text of ['%', '%4', '%zz', '%ff', '%c3%28']) {
      assert.deepEqual(await cookie.read(`theme=${text}`), forged, text)
    }
  })

  it('are nobody’s if two of them say different things', async () => {
    assert.equal(await cookie.parse('theme=dark; theme=light'), null)
    assert.equal(await cookie.parse('theme=light; theme=dark'), null)
    assert.deepEqual(await cookie.read('theme=dark; theme=dark'), {
      value: 'dark',
      present: true,
      outdated: false,
    })
  })

  it('say what they are: signed and encrypted by their options', () => {
    const kinds = [
      [{}, false, false],
      [{ secrets: [] }, false, false],
      [{ encrypt: true }, false, false],
      [{ secrets: [secretA] }, true, true],
      [{ secrets: [secretA], encrypt: false }, true, false],
    ] as const
    for (const [options, signed, encrypted] of kinds) {
      const one = createCookie('theme', options)
      assert.deepEqual([one.signed, one.encrypted], [signed, encrypted])
    }
  })
})
