/** What a request asks for. */
export type Kind =
  | 'look'
  /** Adds its name to a list, which is a write. */
  | 'add'
  /** Leaves a flash message. */
  | 'leave'
  /** A page that shows flash messages. */
  | 'page'
  | 'renew'
  | 'kill'
  | 'login'
  | 'logout'

/** How long the parts of an exchange take, in milliseconds. */
export interface Pace {
  uplink: number
  /** What the handler does before and after it touches the session. */
  before: number
  after: number
  /** The most that one operation of the store takes. */
  store: number
  downlink: number
}

/** One request and its response. Steps are those of the virtual time. */
export interface Exchange {
  readonly name: string
  readonly kind: Kind
  readonly userId: string
  readonly pace: Pace
  /** The id in the jar when it was sent. */
  sent: string | null
  read: { begin: number; end: number }
  save: { begin: number; end: number }
  /** What the page says. */
  says: { userId: string | undefined; list: string[]; messages: string[] }
  status: number
  /** What came of its changes, as the storage's events tell. */
  saved: boolean
  events: string[]
  /** The id that its response sets; '' when it clears the cookie. */
  set: string | '' | null
}

export function createExchange(name: string, kind: Kind, userId: string, pace: Pace): Exchange {
  return {
    name,
    kind,
    userId,
    pace,
    sent: null,
    read: { begin: 0, end: 0 },
    save: { begin: 0, end: 0 },
    says: { userId: undefined, list: [], messages: [] },
    status: 0,
    saved: false,
    events: [],
    set: null,
  }
}

/** Whether it writes something that must not be lost once it is saved. */
export function isWrite({ kind }: Exchange): boolean {
  return kind === 'add' || kind === 'leave'
}
