import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { patience } from '../../patience.ts'

const program = `
  import { createCookie } from 'coatcheck/cookie'
  for (let i = 0; i < 3; i++) createCookie('session', { secrets: [process.env.SECRET] })
  createCookie('other', { secrets: [process.env.SECRET] })
  console.log('serving')
`

function run(mode: string | undefined, secret: string) {
  const { NODE_ENV: _, ...inherited } = process.env
  const env = { ...inherited, SECRET: secret, ...(mode === undefined ? {} : { NODE_ENV: mode }) }
  const args = ['--input-type=module', '--eval', program]
  return spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: patience })
}

describe('a process with a weak secret', () => {
  for (const mode of [undefined, 'development']) {
    it(`is warned once for each cookie and goes on: NODE_ENV ${mode}`, () => {
      const { status, stdout, stderr } = run(mode, 'keyboard cat')
      assert.equal(status, 0, stderr)
      assert.equal(stdout, 'serving\n')
      const lines = stderr.trimEnd().split('\n')
      assert.equal(lines.length, 2, stderr)
      assert.match(lines[0]!, /Secret 1 of cookie "session" is shorter than 32 characters/)
      assert.match(lines[1]!, /Secret 1 of cookie "other"/)
      assert.ok(!stderr.includes('keyboard cat'))
    })
  }

  it('does not start in production', () => {
    const { status, stdout, stderr } = run('production', 'keyboard cat')
    assert.notEqual(status, 0)
    assert.equal(stdout, '')
    assert.match(stderr, /ERR_SESSION_CONFIG/)
    assert.ok(!stderr.includes('keyboard cat'))
  })

  it('does not start without a secret, whatever the mode', () => {
    for (const mode of [undefined, 'production']) assert.notEqual(run(mode, '').status, 0)
  })
})
