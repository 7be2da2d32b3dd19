import { readFileSync } from 'node:fs'

const { dependencies } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)
const names = Object.keys(dependencies).sort((a, b) => b.length - a.length)
/** Rows whose name is not that of their package. */
const packages = {
  remix3: '@remix-run/session',
  'react-router 8': 'react-router-8',
  'iron-session 8': 'iron-session-8',
}

/** A row's name, and the version of the library that it measures. */
export function withVersion(row) {
  const alias = Object.keys(packages).find((name) => row.startsWith(name))
  // "koa with koa-session": what follows is the library.
  const library = row.split(' with ').at(-1)
  const name = packages[alias] ?? names.find((one) => library.startsWith(one))
  if (name === undefined) return row
  return `${row} ${dependencies[name].split('@').at(-1)}`
}
