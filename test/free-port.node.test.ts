import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { it, type TestContext } from 'node:test'
import { freePort } from './free-port.ts'

it('a port for a program is none that the system gives to connections', async () => {
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
  const [first] = range.split(/\s+/)
  for (let i = 0; i < 20; i++) assert.ok((await freePort()) < Number(first))
})

it('two processes get different ports, even if they look at the same time', async (t) => {
  const ports = await Promise.all([unlucky(t), unlucky(t), unlucky(t)])
  assert.equal(new Set(ports).size, 3, ports.join())
})

/** What a process gets that draws the same numbers as the others, and lives until the end of the test. */
async function unlucky(t: TestContext): Promise<number> {
  const program = `
    let drawn = 0
    Math.random = () => (drawn++ % 997) / 997
    const { freePort } = await import(${JSON.stringify(new URL('free-port.js', import.meta.url))})
    console.log(await freePort())
    process.stdin.resume()`
  const words = ['--input-type=module', '-e', program]
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill())
  for await (const port of child.stdout) return Number(port)
  assert.fail('it ended')
}
