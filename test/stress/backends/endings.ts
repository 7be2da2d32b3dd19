import type { End, Place } from './scene.ts'

/* What ends sessions, and where. */

export const places: Readonly<Record<Place, string>> = {
  listed: 'in a list',
  unlisted: 'in no list',
  cookies: 'in cookies',
}

export interface Ends {
  end: End
  /** What it is called. */
  title: string
  in: readonly Place[]
  /** Whether it ends sessions one by one, and no logins. */
  isOfSessions?: boolean
  /** Whether the sessions change their ids meanwhile. Not where the end comes with an id. */
  rotates: boolean
}

export const everywhere: readonly Place[] = ['listed', 'unlisted', 'cookies']
export const rows: readonly Ends[] = [
  { end: 'revokeAll', title: 'revokeAll (P2, ASVS 7.4.2)', in: everywhere, rotates: true },
  { end: 'revokeEverybody', title: 'revokeEverybody (ASVS 7.4.5)', in: everywhere, rotates: true },
  { end: 'block', title: 'block (ASVS 7.4.2)', in: everywhere, rotates: true },
  { end: 'revokeGroup', title: 'revokeGroup (ASVS 7.6.1)', in: everywhere, rotates: true },
  { end: 'revoke', title: 'revoke (P2)', in: everywhere, isOfSessions: true, rotates: true },
  {
    end: 'destroy',
    title: 'a logout (P2, ASVS 7.4.1)',
    in: everywhere,
    isOfSessions: true,
    rotates: false,
  },
]
