const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' })
const dateAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

const units: [string, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

export function dateTime(at: number): string {
  return dateAndTime.format(at)
}

export function time(at: number): string {
  return clock.format(at)
}

/** "3 minutes ago" */
export function ago(at: number, now = Date.now()): string {
  const length = duration(now - at)
  return length === undefined ? 'just now' : `${length} ago`
}

/** "in 7 days" */
export function ahead(at: number, now = Date.now()): string {
  const length = duration(at - now)
  return length === undefined ? 'in less than a minute' : `in ${length}`
}

function duration(milliseconds: number): string | undefined {
  for (const [unit, length] of units) {
    const count = Math.round(milliseconds / length)
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'}`
  }
  return undefined
}
