import type { Command } from './command.ts'

/** What `coatcheck` says of itself. */
export function overview(commands: Record<string, Command>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(
    ([name, { says }]) => `  ${name.padEnd(width)}  ${says}`,
  )
  return `Usage: coatcheck <command>

${lines.join('\n')}

\`coatcheck <command> --help\` explains one of them, with an example.
Storages: file:./sessions, sqlite:./sessions.db, redis://…, rediss://…, postgres://…, mysql://…
It exits with 0 if all is well, 1 if something is wrong, and 2 if it was used wrongly.`
}

export function helpOf(name: string, { takes, says, more, example, flags }: Command): string {
  const names = Object.entries(flags).map(
    ([flag, { takes: what }]) => `--${flag}${what === undefined ? '' : ` ${what}`}`,
  )
  const width = Math.max(0, ...names.map((text) => text.length))
  const lines = Object.values(flags).map(
    ({ says: text }, at) => `  ${names[at]!.padEnd(width)}  ${text}`,
  )
  return [
    `Usage: coatcheck ${name}${takes && ` ${takes}`}${names.length > 0 ? ' [flags]' : ''}`,
    '',
    `It ${says}.`,
    ...(more === undefined ? [] : [more]),
    ...(lines.length > 0 ? ['', ...lines] : []),
    '',
    'Example:',
    `  ${example}`,
  ].join('\n')
}
