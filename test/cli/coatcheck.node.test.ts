import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { coatcheck, coatcheckProcess, root } from './run.ts'
import { patience } from '../patience.ts'

function run(program: string, args: string[], env: Record<string, string> = {}) {
  const options = { cwd: root, encoding: 'utf8', timeout: patience } as const
  return spawnSync(program, args, { ...options, env: { ...process.env, ...env } })
}

describe('coatcheck secret', () => {
  it('prints 32 random bytes in base64url and nothing else', () => {
    const printed = Array.from({ length: 3 }, () => coatcheckProcess(['secret']))
    for (const { status, stdout, stderr } of printed) {
      assert.equal(status, 0)
      assert.equal(stderr, '')
      assert.match(stdout, /^[A-Za-z0-9_-]{43}\n$/)
      assert.equal(Buffer.from(stdout.trim(), 'base64url').length, 32)
    }
    assert.equal(new Set(printed.map(({ stdout }) => stdout)).size, printed.length)
  })

  it('prints a secret that a cookie takes without a word, in production too', () => {
    const secret = coatcheckProcess(['secret']).stdout.trim()
    const program = `
      import { createCookie } from 'coatcheck/cookie'
      const cookie = createCookie('session', { secrets: [process.env.SECRET] })
      const [pair] = (await cookie.serialize('value')).split(';')
      console.log(await cookie.parse(pair))
    `
    for (const mode of ['development', 'production']) {
      const env = { NODE_ENV: mode, SECRET: secret }
      const result = run(process.execPath, ['--input-type=module', '--eval', program], env)
      assert.deepEqual([result.status, result.stdout, result.stderr], [0, 'value\n', ''])
    }
  })

  it('runs by its name, as npx finds it', () => {
    const { status, stdout, stderr } = run('npx', ['--no', '--offline', 'coatcheck', 'secret'])
    assert.equal(status, 0, stderr)
    assert.match(stdout, /^[A-Za-z0-9_-]{43}\n$/)
  })
})

describe('coatcheck', () => {
  it('exits with 2 on a command that it does not know, and says which there are', async () => {
    for (const args of [
      ['secrets'],
      ['Secret'],
      ['sec'],
      [''],
      ['--verbose'],
      ['__proto__'],
      ['constructor', 'secret'],
    ]) {
      const { status, stdout, stderr } = await coatcheck(args)
      assert.equal(status, 2, args.join(' '))
      assert.equal(stdout, '')
      assert.match(stderr, /^Usage: coatcheck <command>\n[^]*\bsecret\b/)
      assert.ok(stderr.endsWith(`\ncoatcheck: There is no command "${args[0]}".\n`))
    }
    const { stderr } = await coatcheck(['\u001B[2Jsecrets'])
    assert.ok(stderr.endsWith('There is no command "\uFFFD[2Jsecrets".\n'))
  })

  it('says which release it is', async () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    for (const flag of ['--version', '-v']) {
      const { status, stdout, stderr } = await coatcheck([flag])
      assert.deepEqual([status, stdout, stderr], [0, `${manifest.version}\n`, ''])
    }
  })

  it('breaks its help between words where the terminal is narrow, and the example nowhere', async () => {
    const wide = await coatcheck(['doctor', '--help'])
    for (const columns of [60, 80]) {
      const env = { COLUMNS: String(columns) }
      for (const args of [[], ['doctor', '--help'], ['open', '--help']]) {
        const { stdout } = await coatcheck(args, { env })
        const [text = ''] = stdout.split('\nExample:')
        const tooLong = text.split('\n').filter((line) => line.length > columns)
        assert.deepEqual(tooLong, [])
      }
      const { stdout } = await coatcheck(['doctor', '--help'], { env })
      const words = (help: string) => help.split(/\s+/)
      assert.deepEqual(words(stdout), words(wide.stdout))
      assert.equal(stdout.split('Example:')[1], wide.stdout.split('Example:')[1])
    }
    assert.match(wide.stdout, /--url <url> .* where browsers find the app\n/)
  })

  it('explains itself when asked', async () => {
    for (const args of [[], ['help'], ['--help']]) {
      const { status, stdout, stderr } = await coatcheck(args)
      assert.equal(status, 0)
      assert.match(stdout + stderr, /^Usage: coatcheck <command>/)
    }
  })
})
