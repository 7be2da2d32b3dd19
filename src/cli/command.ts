import { parseArgs } from 'node:util'
import type { Output } from './output.ts'

/** What the user of the command line did wrong: exit code 2, with the way to the help. */
export class UsageError extends Error {}

/** One handle in 64 begins with a dash. It is no flag: those have two, and none is as long. */
const handleWithDash = /^-(?!-[a-z])[\w-]{21}$/

export interface Flag {
  /** What it takes, such as `<url>`. A flag without is on or off. */
  takes?: string
  /** Whether it may be given several times. */
  multiple?: boolean
  says: string
}

export interface Given {
  /** What stands there without a flag's name. */
  words: string[]
  text(name: string): string | undefined
  texts(name: string): string[]
  has(name: string): boolean
}

export interface Command {
  /** What it takes, such as `<handle>`: as many words are needed, without those in square brackets. */
  takes: string
  says: string
  more?: string
  example: string
  flags: Record<string, Flag>
  /** @returns The exit code: 0 for fine, 1 for something wrong. */
  run(given: Given, output: Output): Promise<number>
}

/** @throws {UsageError} If they do not fit the command. */
export function readGiven(args: string[], { flags, takes }: Command): Given {
  const options = Object.fromEntries(
    Object.entries({ ...flags, help: { says: '' } as Flag }).map(([name, flag]) => [
      name,
      {
        type: flag.takes === undefined ? ('boolean' as const) : ('string' as const),
        multiple: flag.multiple ?? false,
      },
    ]),
  )
  const { values, positionals } = parse(args, options)
  const places = takes === '' ? [] : takes.split(' ')
  const needed = places.filter((place) => !place.startsWith('['))
  const { length } = positionals
  if (values['help'] !== true && (length < needed.length || length > places.length)) {
    throw new UsageError(
      places.length === 0
        ? 'This command takes no words beside its flags.'
        : `It ${needed.length === 0 ? 'takes' : 'needs'} ${takes}.`,
    )
  }
  const texts = (name: string) =>
    [values[name] ?? []].flat().filter((one) => typeof one === 'string')
  return {
    words: positionals,
    text: (name) => texts(name)[0],
    texts,
    has: (name) => values[name] === true,
  }
}

function parse(args: string[], options: Parameters<typeof parseArgs>[0] & object) {
  try {
    const handles = args.filter((arg) => handleWithDash.test(arg))
    const others = args.filter((arg) => !handles.includes(arg))
    const sorted = [...others, ...(handles.length > 0 ? ['--', ...handles] : [])]
    return parseArgs({
      args: sorted,
      options: options as never,
      allowPositionals: true,
      strict: true,
    }) as {
      values: Record<string, string | boolean | (string | boolean)[] | undefined>
      positionals: string[]
    }
  } catch (error) {
    // Node says which flag it was, and more that is of no help here.
    const [problem = ''] = (error as Error).message.split(/\.\s/)
    throw new UsageError(`${problem.replace(/\.$/, '')}.`, { cause: error })
  }
}
