import { type History, type Moment, never, type Visit } from './history.ts'

/** A history in words, in the order of what happened. */
export function tell({ visits, endings, last }: History): string[] {
  const lines: [Moment, string][] = []
  const zero = Math.min(
    ...[...visits.map(({ read }) => read), ...endings.map(({ span }) => span)].map(
      ({ begin }) => begin.at,
    ),
  )
  const names = new Map(visits.map(({ issued, name }) => [issued, name]))
  const nameOf = (id: string | undefined) =>
    id === undefined ? 'no id' : `the id of ${names.get(id)}`
  for (const visit of visits) {
    const {
      name,
      server,
      sent,
      read,
      save,
      saw,
      turn,
      userId,
      writes,
      outcome,
      issued,
      isPage,
      loginAt,
    } = visit
    lines.push([read.begin, `${name} comes with ${nameOf(sent)} to server ${server}`])
    lines.push([read.end, `${name} ${isPage ? 'is a page and ' : ''}sees ${describe(saw)}`])
    const act = [turn === 'login' ? `login ${userId}` : turn, ...writes].filter(Boolean).join(', ')
    if (loginAt !== undefined) lines.push([loginAt, `${name} calls login`])
    lines.push([save.begin, `${name} saves ${act || 'nothing'}`])
    const events = visit.events.join(' ')
    lines.push([
      save.end,
      `${name} ${outcome}${issued ? ' with an id of its own' : ''} (${events})`,
    ])
  }
  for (const { name, type, target, userId, span, isDone, server } of endings) {
    const handle = visits.find(({ issued }) => issued?.startsWith(`${target}.`))?.name
    const what =
      type === 'revoke'
        ? `revoke ${handle}`
        : `revokeAll ${userId}${handle ? ` except ${handle}` : ''}`
    lines.push([span.begin, `${name} ${what} on server ${server}`])
    lines.push([span.end, `${name} ${isDone ? 'done' : 'failed'}`])
  }
  for (const [id, saw] of last.sights) {
    lines.push([last.moment, `at last ${nameOf(id)} sees ${describe(saw)}`])
  }
  return lines
    .filter(([moment]) => moment !== never)
    .sort(([a], [b]) => a.step - b.step)
    .map(([{ at }, line]) => `${at - zero} ms  ${line}`)
}

function describe(saw: Visit['saw']): string {
  if (saw === undefined) return 'nothing'
  const { locked, userId = locked ? `locked of ${locked}` : 'anonymous', add, put, leave } = saw
  return `${userId}: add ${add.join()} put ${put.join()} leave ${leave.join()}`
}
