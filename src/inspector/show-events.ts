import type { SessionEvent } from '../core/events.ts'
import { html, type Html } from './html.ts'
import type { Report } from './report.ts'
import { timeOfDay } from './show-time.ts'

/** How much of the past the drawing shows, in milliseconds. */
const span = 5 * 60_000
const mostLines = 40

const lanes = ['Saves', 'Conflicts', 'Logins and ends', 'Warnings'] as const
type Lane = (typeof lanes)[number]

const laneOf: Record<SessionEvent['type'], Lane> = {
  created: 'Saves',
  loaded: 'Saves',
  saved: 'Saves',
  imported: 'Saves',
  conflict: 'Conflicts',
  interrupted: 'Conflicts',
  rotated: 'Logins and ends',
  login: 'Logins and ends',
  revoked: 'Logins and ends',
  destroyed: 'Logins and ends',
  expired: 'Logins and ends',
  locked: 'Logins and ends',
  tampered: 'Warnings',
  'reused-old-id': 'Warnings',
  corrupt: 'Warnings',
  oversize: 'Warnings',
  refused: 'Warnings',
  'store-error': 'Warnings',
}

const meanings: Record<SessionEvent['type'], string> = {
  created: 'A session was stored for the first time',
  loaded: 'A session was read',
  saved: 'A session was saved',
  imported: 'A cookie of another library was accepted',
  conflict: 'Another request was faster: the changes are done again on what it wrote',
  interrupted: 'Nothing was saved: the session or its id had ended',
  rotated: 'The session got a new id',
  login: 'Somebody logged in, under a new id',
  revoked: 'The session was ended from elsewhere',
  destroyed: 'The session was ended',
  expired: 'A session came back after its deadline',
  locked: 'A session came back after its idle timeout, and waits for its user',
  tampered: 'A cookie was forged or damaged, or not one of ours',
  'reused-old-id': 'Replay: an id came back after it had been replaced',
  corrupt: 'Something in the store could not be read',
  oversize: 'The session is too large',
  refused: 'A session or a live connection was not given',
  'store-error': 'The store failed',
}

export function timeline({ events, now, session }: Report): Html {
  const recent = events.toReversed().slice(0, mostLines)
  return html`<section>
    <h2>The last minutes</h2>
    <div
      data-part="lanes"
      class="lanes"
      role="img"
      aria-label="Events of the last five minutes, by kind"
    >
      ${lanes.map(
        (lane) =>
          html`<span>${lane}</span
            ><svg class="lane">
              ${events
                .filter(({ type, at }) => laneOf[type] === lane && at > now - span)
                .map(({ at, type }) => dot(1 - (now - at) / span, type))}
            </svg>`,
      )}
      <span></span>
      <p class="axis"><span>5 minutes ago</span><span>now</span></p>
    </div>
    ${recent.length === 0 && html`<p class="soft">Nothing has happened yet. Use the app in another tab.</p>`}
    <ol data-part="events" class="events">
      ${recent.map((event) => line(event, event.handle === session?.handle))}
    </ol>
  </section>`
}

function dot(share: number, type: SessionEvent['type']): Html {
  const place = (2 + share * 96).toFixed(1)
  return html`<circle
    class="${laneOf[type] === 'Conflicts' ? 'conflict' : kindOf(type)}"
    cx="${place}%"
    cy="50%"
    r="5"
    ><title>${type}</title></circle
  >`
}

function kindOf(type: SessionEvent['type']): string {
  const lane = laneOf[type]
  if (lane === 'Warnings') return 'warning'
  return lane === 'Conflicts' ? 'conflict' : 'plain'
}

function line(event: SessionEvent, isOwn: boolean): Html {
  const { at, type, handle, userId } = event
  const more = [
    'reason' in event && event.reason,
    'attempt' in event && event.attempt > 1 && `attempt ${event.attempt}`,
    'keys' in event && event.keys.join(', '),
    'operation' in event && event.operation,
  ].filter((text) => typeof text === 'string' && text !== '')
  const whose = isOwn ? 'this session' : handle && `session ${handle.slice(0, 8)}`
  return html`<li class="${kindOf(type)}">
    <time>${timeOfDay(at)}</time>
    <div>
      <b>${type}</b>${more.length > 0 && html` <span class="tag">${more.join(' ')}</span>`}
      <span class="soft">${meanings[type]}.</span
      >${whose !== undefined && whose !== '' && html` <span class="soft">(${whose}${userId !== undefined && `, ${userId}`})</span>`}
    </div>
  </li>`
}
