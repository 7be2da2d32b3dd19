import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { freePort } from './free-port.ts'

it('a port for a program is none that the system gives to connections', async () => {
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
  const [first] = range.split(/\s+/)
  for (let i = 0; i < 20; i++) assert.ok((await freePort()) < Number(first))
})
