import { handleOf, type Visit } from './history.ts'
import { isApart, mayHaveWritten, type Story } from './story.ts'

/* A login of the same user that begins a session of its own takes the place of the one that the visitor had. */

/** Whether the session that this visit came with is over as soon as it is saved, because it is the same user's. */
export function replaces(story: Story, login: Visit): boolean {
  const { kind, outcome, seen, userId, saving, cookie } = login
  if (kind !== 'login' || outcome !== 'written') return false
  if (seen === undefined || !isApart(login)) return false
  const wasTheirs = story
    .loginsTo(handleOf(cookie!))
    .some(
      (other) =>
        other.outcome === 'written' &&
        other.userId === userId &&
        other.saving!.end!.at < saving!.begin.at,
    )
  return wasTheirs || seen.userId === userId
}

/** Whether a login had begun until then that may have taken this session's place, or that of one before it. */
export function mayBeReplaced(
  story: Story,
  handle: string,
  { until, except }: { until: number; except?: Visit },
): boolean {
  const logins = story.loginsTo(handle).filter(mayHaveWritten)
  return story.history.visits.some(
    (visit) =>
      visit.kind === 'login' &&
      visit !== except &&
      mayHaveWritten(visit) &&
      visit.cookie !== null &&
      visit.saving!.begin.at <= until &&
      // Nobody knows what one that failed has made.
      (isApart(visit) ? handleOf(visit.issued!) !== handle : visit.outcome === 'unknown') &&
      logins.some((login) => login !== visit && login.userId === visit.userId) &&
      story.rootOf(handleOf(visit.cookie)) === story.rootOf(handle),
  )
}

/** Whether a session from which this one came had been destroyed or revoked until then: that ends what took its place, too. */
export function mayEndWithOther(story: Story, handle: string, until: number): boolean {
  const root = story.rootOf(handle)
  if (root === handle) return false
  const { visits, orders } = story.history
  const isDestroyed = visits.some(
    ({ kind, outcome, cookie, saving }) =>
      kind === 'destroy' &&
      (outcome === 'ended' || outcome === 'unknown') &&
      saving!.begin.at <= until &&
      story.rootOf(handleOf(cookie!)) === root,
  )
  return (
    isDestroyed ||
    orders.some(
      (order) =>
        order.type === 'revoke' &&
        order.span.begin.at <= until &&
        story.rootOf(order.handle) === root,
    )
  )
}
