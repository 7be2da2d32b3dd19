import { configError, isSessionError } from '../errors.ts'
import type { Loaded } from '../record/standing.ts'
import type { SessionState } from '../session/session-state.ts'
import type { Login } from '../session/wishes.ts'
import type { Home, Refusal } from './home.ts'

/** The session of a login that was written, and what was overwritten for it: the same record, or that of the id before. */
export interface WrittenLogin {
  login: Login
  saved: Loaded
  over?: { before: Loaded; after: Loaded } | undefined
}

/**
 * Why a login does not stand that was written, if so. It is written first and looks for revocations afterwards; `revokeAll` does
 * it the other way round. If it stands, it takes the place of the session that the visitor had, if that is the same
 * user's. If that cannot be found out, it does not stand, and the visitor has the session of before.
 */
export async function confirmLogin(
  home: Home,
  state: SessionState,
  written: WrittenLogin,
): Promise<Refusal | undefined> {
  const { login, saved } = written
  const { handle } = saved.record
  const former = state.loaded?.record.handle ?? state.retiredFrom
  let refusal: Refusal | undefined
  try {
    refusal = await home.refusalOf?.(login, handle)
    if (refusal === undefined && former !== undefined && former !== handle) {
      // What is replaced does not come back: so a login that is refused replaces nothing.
      await home.expectSeat?.(state, handle, former)
      const mayLive = await home.replace?.(former, { ...login, handle })
      if (mayLive === false) refusal = 'revoked'
    }
    // After that: the session whose place it takes has none any more.
    if (refusal === undefined) await home.takeSeat?.(state, handle)
  } catch (error) {
    await takeBack(home, written)
    // The visitor who has too many sessions has the one of before: then that is what the handler goes on with.
    if (isSessionError(error, 'ERR_SESSION_LIMIT')) state.forgetLogin()
    throw error
  }
  if (refusal !== undefined) await home.delete(handle)
  return refusal
}

/** Nobody has the id of this login yet, so nobody sees it go. */
async function takeBack(home: Home, { login, saved, over }: WrittenLogin): Promise<void> {
  const { userId } = login
  const { handle } = saved.record
  const { before, after } = over ?? {}
  const isInPlace = before?.record.handle === handle
  // What another user had would not be listed as theirs while it was this one's: a `revokeAll` may have missed it.
  const isOthers = isInPlace && before.record.owner !== undefined && before.record.owner !== userId
  let isBack = false
  try {
    if (before === undefined || isOthers) return
    await home.write(before, after!.version)
    isBack = isInPlace
  } finally {
    if (!isBack) await home.delete(handle)
  }
}

/** Before the session is written, so that none is of a group and not in its list. */
export async function enterGroup(home: Home, { handle, wishes }: SessionState): Promise<void> {
  const { group, isAgain } = wishes.login!
  if (home.enterGroup !== undefined) return home.enterGroup(group!.name, handle)
  // It is of a group since before, when the storage had groups.
  if (isAgain) return
  throw configError(
    'login() takes a group where the storage has the option groups: createSessionGroups()',
  )
}
