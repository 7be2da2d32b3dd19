#!/usr/bin/env node
import { randomBytes } from 'node:crypto'

const usage = `Usage: coatcheck <command>

  secret   prints a new random secret for createCookie()
`

const [command] = process.argv.slice(2)

if (command === 'secret') {
  console.log(randomBytes(32).toString('base64url'))
} else {
  process.stderr.write(usage)
  process.exitCode = command === undefined || command === 'help' || command === '--help' ? 0 : 2
}
