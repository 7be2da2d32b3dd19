const units: readonly [milliseconds: number, name: string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
]

/** `3 h ago` or `in 2 d`. */
export function fromNow(instant: number, now: number): string {
  const length = Math.abs(instant - now)
  const [size, name] = units.find(([milliseconds]) => length >= milliseconds) ?? [1000, 's']
  const text = `${Math.floor(length / size)} ${name}`
  return instant > now ? `in ${text}` : `${text} ago`
}

/** `2026-11-29 17:00:00 UTC (3 h ago)` */
export function instantText(instant: number, now: number): string {
  const text = new Date(instant).toISOString().replace('T', ' ').replace(/\..*/, '')
  return `${text} UTC (${fromNow(instant, now)})`
}
