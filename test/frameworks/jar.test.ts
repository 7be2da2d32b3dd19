import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CookieJar } from './jar.ts'
import { stoppedClock } from './watched-store.ts'

const https = 'https://shop.example/cart/items'

describe('the cookie jar of these tests', () => {
  it('gives back what it took, longest path first', () => {
    const jar = new CookieJar()
    jar.take(https, ['a=1; Path=/', 'b=2; Path=/cart', 'c=3; Path=/other'])
    assert.equal(jar.headerFor(https), 'b=2; a=1')
    assert.equal(jar.headerFor('https://shop.example/carts'), 'a=1')
    assert.equal(jar.headerFor('https://evil.example/'), null)
  })

  it('replaces a cookie of the same name, host and path', () => {
    const jar = new CookieJar()
    jar.take(https, ['a=1; Path=/', 'a=2; Path=/'])
    assert.equal(jar.value('a'), '2')
  })

  it('keeps Secure cookies to https', () => {
    const jar = new CookieJar()
    assert.equal(jar.take('http://shop.example/', ['a=1; Path=/; Secure']), 0)
    assert.equal(jar.take(https, ['a=1; Path=/; Secure']), 1)
    assert.equal(jar.headerFor('http://shop.example/'), null)
  })

  it('hides HttpOnly cookies from scripts', () => {
    const jar = new CookieJar()
    jar.take(https, ['a=1; Path=/; HttpOnly', 'b=2; Path=/'])
    assert.equal(jar.documentCookie, 'b=2')
  })

  it('forgets cookies when their time is over', () => {
    const clock = stoppedClock()
    const jar = new CookieJar(clock.now)
    jar.take(https, [
      'a=1; Path=/; Max-Age=10',
      'b=2; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ])
    assert.equal(jar.headerFor(https), 'a=1')
    clock.pass(10)
    assert.equal(jar.headerFor(https), null)
  })

  it('drops what browsers drop without a word', () => {
    const jar = new CookieJar()
    const dropped = [
      `a=${'x'.repeat(4096)}; Path=/`,
      '__Host-a=1; Path=/; Secure; Domain=shop.example',
      '__Host-a=1; Secure',
      '__Secure-a=1; Path=/',
      'a=1; Path=/; SameSite=None',
      'a=1; Path=/; Domain=evil.example',
      '=nameless',
    ]
    assert.equal(jar.take(https, dropped), 0)
    assert.equal(
      jar.take(https, [`a=${'x'.repeat(4095)}; Path=/`, '__Host-a=1; Path=/; Secure']),
      2,
    )
  })
})
