/** What `coatcheck doctor` has to say. */
export interface Finding {
  level: 'ok' | 'note' | 'wrong'
  says: string
  /** What to do about it. */
  advice?: string
}

/** More milliseconds than this are a wrong clock: it is the `clockTolerance` of storages. */
const tolerance = 5000

/** @param theirs The clock of the server, in milliseconds since the epoch; asked for between the other two. */
export function clockFinding(theirs: number, before: number, after: number): Finding {
  const skew = Math.round(theirs - (before + after) / 2)
  if (Math.abs(skew) <= tolerance) {
    return { level: 'ok', says: 'The clocks of server and app agree.' }
  }
  const advice = 'Let both be set by NTP. Logins that are under way are ended by the clock.'
  return { level: 'wrong', says: `The clocks differ by ${Math.abs(skew)} ms.`, advice }
}
