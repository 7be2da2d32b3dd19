#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { type Command, readGiven, UsageError } from './command.ts'
import { doctor } from './commands/doctor.ts'
import { newApp } from './commands/new.ts'
import { open } from './commands/open.ts'
import { revokeAll, revoke } from './commands/revoke.ts'
import { secret } from './commands/secret.ts'
import { sessions } from './commands/sessions.ts'
import { sweep } from './commands/sweep.ts'
import { helpOf, overview } from './help.ts'
import { createOutput, shown } from './output.ts'

const commands: Record<string, Command> = {
  new: newApp,
  secret,
  open,
  sessions,
  revoke,
  'revoke-all': revokeAll,
  sweep,
  doctor,
}

async function main([name, ...args]: string[]): Promise<number> {
  const { width } = createOutput(false)
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(overview(commands, width))
    return 0
  }
  if (name === '--version' || name === '-v') {
    console.log(version())
    return 0
  }
  if (!Object.hasOwn(commands, name)) {
    console.error(
      `${overview(commands, width)}\n\ncoatcheck: There is no command "${shown(name)}".`,
    )
    return 2
  }
  const command = commands[name]!
  try {
    if (args.includes('--help')) {
      console.log(helpOf(name, command, width))
      return 0
    }
    const given = readGiven(args, command)
    return await command.run(given, createOutput(given.has('json')))
  } catch (error) {
    console.error(`coatcheck: ${(error as Error).message}`)
    if (!(error instanceof UsageError)) return 1
    console.error(`\`coatcheck ${name} --help\` says how to use it.`)
    return 2
  }
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

process.exitCode = await main(process.argv.slice(2))
