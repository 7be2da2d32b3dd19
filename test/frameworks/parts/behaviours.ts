/* The table of frameworks and behaviours in docs/behaviours.md: its columns, and the cases that prove a cell of each. */
import { adapterCases } from 'coatcheck/testing'
import { read } from '../../repository.ts'

/** By the head of the column. Every case stands in one. */
export const behaviours: Readonly<Record<string, readonly string[]>> = {
  kept: ['a visitor finds the session of the last request'],
  parallel: ['no change of requests at the same time is lost'],
  'saved first': [
    'the response leaves when the session is saved, and not before',
    'a change after the response has left throws',
    'a response that was begun and not ended goes on after the session is saved',
  ],
  quiet: ['who does not touch the session leaves no trace of it'],
  caches: [
    'shared caches keep no page that depends on a session, and none that sets a cookie',
    'with noStore the pages of somebody who is logged in are kept nowhere, unless the app says how (ASVS 14.3.2)',
    'with clearSiteData a logout asks the browser to forget the site, and nothing else does (ASVS 14.3.1)',
  ],
  redirect: ['a redirect carries the cookie'],
  stream: ['a stream carries the cookie, and is whole'],
  'other answers': [
    'a page of JSON carries the cookie',
    'a response without a body carries the cookie',
    '"not modified" carries the cookie',
    'a status and headers of the app stay as they are',
  ],
  HEAD: ['a HEAD request is served as a GET, and uses no flash message up'],
  cookies: ['cookies of the app stay beside that of the session'],
  commit: [
    'a handler that commits has saved before its stream begins, and the stream changes nothing more',
    'a handler that fails after its commit has saved nevertheless',
    'a commit that fails throws to its handler, which may let it pass or try again',
  ],
  login: [
    'a login gives the visitor another id, and the old one is dead',
    'a logout ends the session, and the browser forgets the cookie',
  ],
  throws: [
    'of a handler that throws nothing is saved',
    'a session that was ended stays ended, though the handler throws',
  ],
  'store down': [
    'while the store cannot be read the visitor gets 503, and keeps the cookie',
    'when the store cannot be written to, nothing of the page leaves, and the visitor gets 503',
  ],
  aborted: ['what a request has done is saved, though nobody waits for its response any more'],
  several: ['two cookies on one request have a session each'],
  checks: [
    'a check is asked of stored sessions alone, with the request that they came with',
    'a session that needs a step-up is shown, and passes no check of its login until the user proves who they are (ASVS 7.5.3)',
    'nothing is shown of a session that is refused, and it lives on with its cookie',
    'a session that is refused ends by a logout and by a login of its user, and by nobody else’s login',
    'a session that a check ends is over for everybody who has it, and the browser forgets the cookie',
    'where a check fails, or says nothing that is known, the request fails and the session is not shown',
  ],
}

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

const lines = read('docs/behaviours.md').split('\n')
const top = lines.findIndex((line) => line.startsWith('| framework | on |'))
const end = lines.findIndex((line, index) => index > top && !line.startsWith('|'))

/** What stands above the columns, after the framework and its runtimes. */
export const heads: readonly string[] = cellsOf(lines[top] ?? '').slice(2)

interface Row {
  /** The runtimes on which the cases run. */
  on: string
  cells: readonly string[]
}

export const rows: ReadonlyMap<string, Row> = new Map(
  lines.slice(top + 2, end).map((line) => {
    const [name = '', on = '', ...cells] = cellsOf(line)
    return [name, { on, cells }]
  }),
)

/** What the cells of a framework have to say on which these cases run. A reason of its own stays as it is. */
export function provenCells(name: string, ran: ReadonlySet<string>): string[] {
  const said = rows.get(name)?.cells ?? []
  return Object.values(behaviours).map((cases, index) => {
    if (cases.every((one) => ran.has(one))) return 'yes'
    const given = said[index] ?? ''
    return given.startsWith('no: ') ? given : 'no: (why?)'
  })
}

/** The cases that no column has, and those of columns that are none. */
export function strayCases(): string[] {
  const named = Object.values(behaviours).flat()
  const known = adapterCases.map(({ name }) => name)
  return [
    ...known.filter((name) => !named.includes(name)),
    ...named.filter((name, index) => !known.includes(name) || named.indexOf(name) !== index),
  ]
}
