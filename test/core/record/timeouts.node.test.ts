import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { type SessionStorageOptions } from 'coatcheck'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

/** What the console is told while a storage is made. */
function told(options: SessionStorageOptions): string {
  const warn = mock.method(console, 'warn', () => {})
  try {
    createMemorySessionStorage(options)
    return warn.mock.calls.map(({ arguments: [text] }) => String(text)).join('\n')
  } finally {
    warn.mock.restore()
  }
}

describe('an idle timeout that the absolute one cuts short', () => {
  it('is warned of, if the absolute one was left out', () => {
    const days = 86_400
    assert.match(told({ idleTimeout: 91 * days }), /idleTimeout .* absoluteTimeout \(2592000\)/)
    const persistent = { idleTimeout: 60 * days }
    assert.match(told({ absoluteTimeout: 5 * days, persistent }), /absoluteTimeout \(432000\)/)
  })

  it('is nothing to warn of if somebody has said both, or none', () => {
    const persistent = { absoluteTimeout: 30 }
    for (const options of [
      {},
      { idleTimeout: 2_592_000 },
      { absoluteTimeout: 60 },
      { idleTimeout: 100, absoluteTimeout: 60 },
      { absoluteTimeout: 60, persistent },
      { persistent: { idleTimeout: 100, absoluteTimeout: 60 } },
    ]) {
      assert.equal(told(options), '')
    }
  })
})
