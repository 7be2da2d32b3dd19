import type { Command } from './command.ts'

/** With less room than this, a terminal breaks lines no worse than we would. */
const leastRoom = 20

/**
 * What `coatcheck` says of itself.
 *
 * @param width The columns that there are.
 */
export function overview(commands: Record<string, Command>, width: number): string {
  const rows = Object.entries(commands).map(([name, { says }]) => [name, says] as const)
  return [
    'Usage: coatcheck <command>',
    '',
    ...rowLines(rows, width),
    '',
    ...[
      '`coatcheck <command> --help` explains one of them, with an example; `coatcheck --version` says which release it is.',
      'Storages: file:./sessions, sqlite:./sessions.db, redis://…, rediss://…, postgres://…, mysql://…',
      'It exits with 0 if all is well, 1 if something is wrong, and 2 if it was used wrongly.',
    ].flatMap((line) => wrapped(line, width)),
  ].join('\n')
}

export function helpOf(
  name: string,
  { takes, says, more, example, flags }: Command,
  width: number,
): string {
  const rows = Object.entries(flags).map(
    ([flag, { takes: what, says: text }]) =>
      [`--${flag}${what === undefined ? '' : ` ${what}`}`, text] as const,
  )
  return [
    `Usage: coatcheck ${name}${takes && ` ${takes}`}${rows.length > 0 ? ' [flags]' : ''}`,
    '',
    ...wrapped(`It ${says}.`, width),
    ...(more === undefined ? [] : wrapped(more, width)),
    ...(rows.length > 0 ? ['', ...rowLines(rows, width)] : []),
    '',
    'Example:',
    // Not broken: it is there to be copied.
    `  ${example}`,
  ].join('\n')
}

/** Names, and beside each what it is. */
function rowLines(rows: readonly (readonly [name: string, text: string])[], width: number) {
  const longest = Math.max(0, ...rows.map(([name]) => name.length))
  return rows.flatMap(([name, text]) =>
    wrapped(`  ${name.padEnd(longest)}  ${text}`, width, longest + 4),
  )
}

/**
 * A text in lines of at most so many columns, broken between words.
 *
 * @param indent Columns that all lines but the first leave empty. What the first one has there is never broken.
 */
function wrapped(text: string, width: number, indent = 0): string[] {
  if (width - indent < leastRoom) return [text]
  const lines: string[] = []
  let line = text.slice(0, indent)
  for (const word of text.slice(indent).split(' ')) {
    const isFirst = line.length <= indent
    if (!isFirst && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ' '.repeat(indent) + word
    } else {
      line += isFirst ? word : ` ${word}`
    }
  }
  return [...lines, line]
}
