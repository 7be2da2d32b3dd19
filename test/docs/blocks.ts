import { readFileSync } from 'node:fs'

/** The programs in a page, by the file name in their first line: `// app.mjs`. */
export function programsIn(page: string): Map<string, string> {
  const blocks = readFileSync(page, 'utf8').matchAll(/^```js\n(\/\/ (\S+\.mjs)\n[^]*?)^```$/gm)
  return new Map([...blocks].map(([, text, name]) => [name!, text!]))
}
