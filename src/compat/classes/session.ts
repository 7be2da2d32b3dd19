import {
  Session as CoreSession,
  type SessionData as Values,
  type UntypedData,
} from '../../core/session/session.ts'
import { stateOf } from '../../core/session/state-of.ts'
import type { SessionState } from '../../core/session/session-state.ts'

/** What a session holds: its values, and its flash messages for the next request. */
export type SessionData<Data extends Values = UntypedData, Flash extends Values = Data> = [
  values: Partial<Data>,
  flash: Partial<Flash>,
]

/** What `session.data` was when it was asked for. */
export interface Snapshot {
  session: Session
  values: ReadonlyMap<string, unknown>
  flash: ReadonlyMap<string, unknown>
}

const snapshots: WeakMap<object, Snapshot> = new WeakMap()

/**
 * A visitor's session, as version 0.1 of `@remix-run/session` has it: made by `new Session()` or by a
 * storage's `read`, and stored by `storage.update(session.id, session.data)`. It can do all that the
 * session of `coatcheck` can; flash messages are visible in the next request only.
 */
export class Session<
  Data extends Values = UntypedData,
  Flash extends Values = Data,
> extends CoreSession<Data, Flash> {
  /**
   * @param id From `Session.createId()`. Default a new one. One that was not made in this process lately
   * is replaced by a new one: nobody else chooses our ids.
   * @param data Its values, and its flash messages as the request before left them.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if the id cannot be one of ours.
   */
  constructor(id?: string, data?: [values?: NoInfer<Data>, flash?: NoInfer<Flash>])
  /** @internal */
  constructor(state: SessionState)
  constructor(from?: string | SessionState, data?: [values?: Data, flash?: Flash]) {
    super(from as string | undefined, data)
    const isForeign = typeof from === 'string' && !sessionTold(from)?.isNew
    if (isForeign) stateOf(this).startAnew()
  }

  /** Makes a session id. */
  static createId(): string {
    return new Session().id
  }

  /** What names the session in its storage. Half of it is the visitor's secret: `handle` may be logged. */
  override get id(): string {
    const id = super.id
    rememberTold(id, this)
    return id
  }

  /** The values, and the flash messages for the next request: what `storage.update` takes. */
  override get data(): SessionData<Data, Flash> {
    const data = super.data
    const [values, flash] = data
    const snapshot = { session: this, values: entriesOf(values), flash: entriesOf(flash) }
    for (const part of [data, ...data]) snapshots.set(part, snapshot)
    return data
  }

  /** Removes the value under this key. A flash message of that name stays. */
  override unset(key: Extract<keyof Data | keyof Flash, string>): void {
    const state = stateOf(this)
    if (state.values.has(key)) state.change({ type: 'update', key, update: () => null })
    else state.assertOpen()
  }

  /**
   * Gives the session a new id, from the next `storage.update` on: when privileges change, such as at a login.
   *
   * @param deleteOld Whether the old id ends at once. If not, it stays readable for the storage's
   * `regenerateGrace`, with the data it had. Default `true`.
   */
  override regenerateId(deleteOld = true): void {
    super.regenerateId(deleteOld)
  }
}

/*
 * In this API an id stands for its session, also where no store can be asked for it: before the session is
 * stored, and in cookie storage. So the ids that the application was told are remembered for a while.
 */

/** Most sessions remembered. More requests than this are rarely under way in one process. */
const mostTold = 1000
const told: Map<string, Session> = new Map()

/** Remembers that the application knows this session by this id. */
function rememberTold(id: string, session: Session): void {
  told.delete(id)
  told.set(id, session)
  if (told.size > mostTold) told.delete(told.keys().next().value!)
}

/** The session that the application was told this id of, if that was lately and in this process. */
export function sessionTold(id: string): Session | undefined {
  return told.get(id)
}

/** When a store knows the id, or it is worth nothing any more. */
export function forgetTold(id: string): void {
  told.delete(id)
}

/** What the data was before the application had it, if it, or a part of it, is that of a session with this handle. */
export function snapshotOf(data: SessionData, handle: string | undefined): Snapshot | undefined {
  return [data, ...data]
    .map((part) => snapshots.get(part))
    .find((snapshot) => snapshot?.session.handle === handle)
}

/** The values, or the messages, by their keys. What is null or undefined is not there. */
export function entriesOf(part: object | undefined): Map<string, unknown> {
  return new Map(
    Object.entries(part ?? {}).filter(([, value]) => value !== null && value !== undefined),
  )
}
