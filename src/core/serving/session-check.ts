import { configError, isStoreFailure, SessionConflictError, SessionError } from '../errors.ts'
import { endAsSeen, type Inside, insideOf } from '../life-cycle/watchable.ts'
import { markAs } from '../runtime/brand.ts'
import { doubt } from '../session/require-login.ts'
import type { Session, SessionData, UntypedData } from '../session/session.ts'
import type { SessionState } from '../session/session-state.ts'
import { stateOf } from '../session/state-of.ts'
import { type Arrival, receive, type Source, type VisitRequest } from './arrival.ts'
import type { Examine, SessionCheck } from './check.ts'

/**
 * What becomes of a session that a request came with:
 *
 * - `keep`: the handler gets it.
 * - `step-up`: the handler gets it, but until `reauthenticate()` or `login()` `requireRecentLogin()` and `requireLevel()` let
 *   nobody go on, and `needsStepUp(session)` is true.
 * - `refuse`: the handler gets a new, empty session. The one that came lives on, and so does the visitor's cookie, unless the
 *   handler stores something.
 * - `end`: the handler gets a new, empty session. The one that came is over, and the cookie is cleared.
 */
export type SessionVerdict = 'keep' | 'step-up' | 'refuse' | 'end'

const verdicts: readonly unknown[] = ['keep', 'step-up', 'refuse', 'end']

/** How often a session is looked at again whose user logs in meanwhile. */
const mostLooks = 5

/**
 * Looks at each session that a request comes with, before the handler sees it, by rules of the app: for the option `check` of
 * middleware and of `createLiveSessions()`. What a login noted of the client is `session.context`.
 *
 * A request without a session is not asked about. One whose check fails gets no session: it fails with `ERR_SESSION_CHECK`, whose
 * cause is what the function threw. If the store fails in it, the error is that of the store.
 *
 * @example
 * ```ts
 * const check = createSessionCheck((session, { headers }) =>
 *   session.context?.country === headers.get('cf-ipcountry') ? 'keep' : 'step-up',
 * )
 * app.use(session(cookie, storage, { check }))
 * ```
 *
 * @param judge Gets the session, and the request with its method, URL and headers. May be asynchronous.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if it is no function.
 */
export function createSessionCheck<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
>(
  judge: (
    session: Session<Data, Flash>,
    request: VisitRequest,
  ) => SessionVerdict | Promise<SessionVerdict>,
): SessionCheck {
  if (typeof judge !== 'function') {
    throw configError('createSessionCheck() takes a function: (session, request) => verdict')
  }
  return markAs(
    {
      ofStorage(storage) {
        const inside = insideOf(storage)
        if (inside === undefined) {
          throw configError(
            'The option check needs a storage of coatcheck, such as createMemorySessionStorage(). If you have wrapped a storage ' +
              'of ours, spread it: { ...storage, save }',
          )
        }
        return ((arrival: Arrival<Session>, source: Source<Session>) =>
          examine(
            { judge: judge as unknown as Judge, inside },
            arrival,
            source,
          )) as unknown as Examine
      },
    },
    'createSessionCheck()',
  )
}

type Judge = (session: Session, request: VisitRequest) => unknown

interface Checking {
  judge: Judge
  inside: Inside
}

async function examine(
  { judge, inside }: Checking,
  arrival: Arrival<Session>,
  source: Source<Session>,
): Promise<Arrival<Session>> {
  let present = arrival
  for (let look = 0; look < mostLooks; look++) {
    const { session, request, others } = present
    const state = stateOf(session)
    const { loaded, imported, handle } = state
    const userId = ownerOf(state)
    if ((loaded ?? imported) === undefined) return present
    const verdict = await verdictOn(session, request, judge)
    if (verdict === 'keep') return present
    if (verdict === 'step-up') {
      doubt(session)
      return present
    }
    const { events } = source
    if (verdict === 'refuse') {
      events?.emit({ type: 'refused', reason: 'check', handle, userId })
      return replaced(present, source, [session, ...others])
    }
    const outcome = loaded === undefined ? state : await endAsSeen(inside, loaded)
    const isEnded = typeof outcome === 'object'
    if (isEnded) {
      events?.emit({ type: 'revoked', reason: 'check', handle: outcome.handle, userId })
    }
    if (outcome !== 'another') {
      const next = await replaced(present, source, others)
      // Unless the handler stores something, the browser is to forget the cookie. One that was gone may have a newer one in its place.
      if (isEnded) next.state!.issue('')
      return next
    }
    // Somebody has logged in meanwhile, and what they have now is another session.
    present = await receive(arrival.cookie, { ...source, check: undefined }, request)
  }
  throw new SessionConflictError(mostLooks)
}

/** @throws {SessionError} `ERR_SESSION_CHECK`, unless the store failed. */
async function verdictOn(
  session: Session,
  request: VisitRequest,
  judge: Judge,
): Promise<SessionVerdict> {
  let verdict: unknown
  try {
    verdict = await judge(session, request)
  } catch (cause) {
    throw isStoreFailure(cause) ? cause : checkError('it threw', { cause })
  }
  if (verdicts.includes(verdict)) return verdict as SessionVerdict
  throw checkError("it must return 'keep', 'step-up', 'refuse' or 'end'")
}

function checkError(problem: string, options?: ErrorOptions): SessionError {
  return new SessionError('ERR_SESSION_CHECK', `The session check failed: ${problem}`, options)
}

/** Whose session came, also where it is locked and shows nobody. */
function ownerOf({ loaded, imported }: SessionState): string | undefined {
  return loaded?.record.owner ?? imported?.owner
}

/** The same request with a new, empty session. What it gets depends on the cookie all the same. */
async function replaced(
  arrival: Arrival<Session>,
  { storage }: Source<Session>,
  refused: readonly Session[],
): Promise<Arrival<Session>> {
  const session = await storage.read(null)
  const state = stateOf(session)
  state.look()
  const rivals = {
    length: refused.length,
    // One that was refused may be somebody else's: who has its cookie may log out of it, and not end it by another login.
    *[Symbol.iterator]() {
      for (const one of refused) {
        if (state.destroyed || ownerOf(stateOf(one)) === state.userId) yield one
      }
    },
  }
  return { ...arrival, session, state, rivals, others: [] }
}
