import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeClock } from 'coatcheck/testing'
import { Jar } from './jar.ts'

const shop = new URL('https://shop.example.com/cart/items')

function jarWith(...setCookies: string[]) {
  const clock = fakeClock()
  const jar = new Jar(clock.now)
  for (const one of setCookies) jar.accept(one, shop)
  return { clock, jar, at: (url: string) => jar.header(new URL(url)) }
}

describe('the jar of the simulated browser', () => {
  it('keeps one cookie of a name, domain and path, and sends it in its first place', () => {
    const { at } = jarWith('a=1; Path=/', 'b=2; Path=/', 'a=3; Path=/')
    assert.equal(at('https://shop.example.com/'), 'a=3; b=2')
  })

  it('keeps a host-only cookie beside one of a domain', () => {
    const { at } = jarWith('a=host; Path=/', 'a=wide; Path=/; Domain=example.com')
    assert.equal(at('https://shop.example.com/'), 'a=host; a=wide')
    assert.equal(at('https://blog.example.com/'), 'a=wide')
    assert.equal(at('https://badexample.com/'), '')
  })

  it('refuses domains that are not the host’s', () => {
    const { at } = jarWith(
      'a=1; Domain=other.com',
      'b=1; Domain=com',
      'c=1; Domain=a.shop.example.com',
    )
    assert.equal(at('https://shop.example.com/cart'), '')
  })

  it('sends cookies below their path, the longest path first', () => {
    const { at } = jarWith('a=root; Path=/', 'a=cart; Path=/cart', 'b=default')
    assert.equal(at('https://shop.example.com/cart/items'), 'a=cart; b=default; a=root')
    assert.equal(at('https://shop.example.com/cartoon'), 'a=root')
  })

  it('clears by Max-Age and by Expires, and forgets what has expired', () => {
    const { at, jar, clock } = jarWith('a=1; Path=/; Max-Age=10', 'b=1; Path=/', 'c=1; Path=/')
    jar.accept('b=; Path=/; Max-Age=0', shop)
    jar.accept('c=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT', shop)
    assert.equal(at('https://shop.example.com/'), 'a=1')
    jar.accept('a=; Path=/cart; Max-Age=0', shop)
    assert.equal(at('https://shop.example.com/'), 'a=1')
    void clock.pass(10_000)
    assert.equal(at('https://shop.example.com/'), '')
  })

  it('keeps Secure and the prefixes', () => {
    const { at, jar } = jarWith(
      '__Host-a=1; Path=/; Secure',
      '__Host-b=1; Path=/',
      's=1; Secure; Path=/',
    )
    jar.accept('__Host-c=1; Path=/; Secure; Domain=shop.example.com', shop)
    jar.accept('p=1; Secure', new URL('http://shop.example.com/'))
    assert.equal(at('https://shop.example.com/'), '__Host-a=1; s=1')
    assert.equal(at('http://shop.example.com/'), '')
  })
})
