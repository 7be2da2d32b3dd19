import { readFileSync } from 'node:fs'

/** The programs in README.md, by the file name in their first line: `// app.mjs`. */
export function programsInReadme(): Map<string, string> {
  const readme = readFileSync('README.md', 'utf8')
  const blocks = readme.matchAll(/^```js\n(\/\/ (\S+\.mjs)\n[^]*?)^```$/gm)
  return new Map([...blocks].map(([, text, name]) => [name!, text!]))
}
