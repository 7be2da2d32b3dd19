import { styleText } from 'node:util'

type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red'

/** Where a command writes. What it found goes to stdout, everything else to stderr. */
export interface Output {
  /** Whether the user wants JSON. */
  readonly json: boolean
  /** Columns of the terminal; none where the output goes elsewhere. */
  readonly width: number
  print(line: string): void
  printJson(value: unknown): void
  note(line: string): void
  /** Colours, on a terminal only. */
  style(style: Style, text: string): string
  /** Shows for how long something has been going on, on a terminal only. Returns what ends it. */
  progress(what: string): () => void
}

export function createOutput(json: boolean): Output {
  const { stdout, stderr, env } = process
  const columns = stdout.columns ?? Number(env['COLUMNS'])
  // https://no-color.org: whatever it says, as long as it says something.
  const hasColours = stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return {
    json,
    width: columns > 0 ? columns : Number.POSITIVE_INFINITY,
    print: (line) => void stdout.write(`${line}\n`),
    printJson: (value) => void stdout.write(`${JSON.stringify(value, undefined, 2)}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    style: (style, text) => (hasColours ? styleText(style, text) : text),
    progress(what) {
      if (!stderr.isTTY) return () => {}
      const start = performance.now()
      const show = () =>
        stderr.write(`\r${what} ${Math.round((performance.now() - start) / 1000)} s`)
      show()
      const timer = setInterval(show, 1000)
      return () => {
        clearInterval(timer)
        stderr.write('\r\u001B[K')
      }
    },
  }
}

/**
 * A text from a session as it may be shown. A label or a user id may come from visitors: control characters would move
 * the cursor, or rename the terminal's window.
 */
export function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\uFFFD')
}
