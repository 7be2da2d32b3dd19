import { reasonForLogin } from './guard.ts'
import { html, type Html } from './html.ts'
import { lifetime } from './lifetime.ts'
import { backstageOf, changesOf, valuesOf, type Change, type RequestNote } from './requests.ts'
import { routes } from './routes.ts'
import type { ShopSession } from './session.ts'
import { findUser } from './users.ts'
import { ago, ahead, dateTime, time } from './when.ts'

/** What this visitor's session is, for people who want to see a session library at work. It folds away. */
export function sessionPanel(session: ShopSession): Html | undefined {
  const backstage = backstageOf(session)
  if (backstage === undefined || session.destroyed) return undefined
  const changes = changesOf(session)
  const values = valuesOf(session)
  const size = Buffer.byteLength(JSON.stringify(session.data))
  const user = findUser(session.userId)
  return html`
    <details class="panel">
      <summary>
        <strong>Your session</strong>
        <code>${session.handle.slice(0, 8)}</code>
        <span>${size.toLocaleString('en')} bytes</span>
        <span>${plural(changes.length, 'change')}<span class="wide"> by this request</span></span>
      </summary>
      <div class="panes">
        <section>
          <h2>The ticket</h2>
          <dl>
            ${row('Handle', html`<code>${session.handle}</code>`)}
            ${row('Belongs to', user?.fullName ?? 'Nobody yet')}
            ${user !== undefined && row('Password', freshness(session))}
            ${row('Began', dateTime(session.createdAt))}
            ${row('Browser', session.persistent ? 'Keeps it when it closes' : 'Forgets it when it closes')}
            ${row('Kept in', html`<a href="${routes.tryIt.href()}#storage">${backstage.place.name}</a>`)}
          </dl>
          <p class="quiet">
            ${
              backstage.inspector !== undefined &&
              html`<a href="${backstage.inspector}" target="_blank">Open the inspector</a> in
                another tab to watch it live.`
            }
            The handle is the public half of the id. The secret half is in your cookie, and the
            server keeps only a hash of it.
          </p>
        </section>
        <section>
          <h2>Two clocks</h2>
          ${clocks(session)}
          <p class="quiet">
            Both are kept by the server, whatever the browser does with its cookie.
          </p>
        </section>
        <section>
          <h2>What is in it</h2>
          ${
            values.size > 0
              ? html`<dl>
                  ${[...values].map(([key, value]) => row(key, html`<code>${short(value)}</code>`))}
                </dl>`
              : html`<p>Nothing yet.</p>`
          }
          ${messages(session)}
        </section>
        <section>
          <h2>What requests changed</h2>
          ${changes.map(changeRow)}
          ${changes.length === 0 && html`<p>This request changed nothing, so nothing was written.</p>`}
          ${earlier(backstage.diary.requestsOf(session.handle))}
        </section>
      </div>
    </details>
  `
}

function row(term: string, value: Html | string): Html {
  return html`<div>
    <dt>${term}</dt>
    <dd>${value}</dd>
  </div>`
}

/** Whether the login is recent enough for the checkout. */
function freshness(session: ShopSession): string {
  const isFresh = reasonForLogin(session) === undefined
  const rest = isFresh ? 'the checkout takes it' : 'the checkout asks for it again'
  return `Typed ${ago(session.authenticatedAt ?? session.createdAt)}: ${rest}`
}

function clocks(session: ShopSession): Html {
  const { idleTimeout, absoluteTimeout } = session.persistent ? lifetime.persistent : lifetime
  const last = (session.get('loggedInAt') ?? session.createdAt) + absoluteTimeout * 1000
  return html`
    ${clock('If you do nothing', session.expiresAt, idleTimeout)}
    ${clock('In any case', last, absoluteTimeout)}
  `
}

function clock(name: string, at: number, seconds: number): Html {
  const left = Math.max(0, Math.min(1, (at - Date.now()) / (seconds * 1000)))
  return html`
    <p class="clock">
      <span>${name}, it ends <strong>${ahead(at)}</strong></span>
      <meter min="0" max="1" value="${left.toFixed(3)}">${Math.round(left * 100)}%</meter>
      <span class="quiet">${dateTime(at)}</span>
    </p>
  `
}

function messages(session: ShopSession): Html | false {
  const shown = (['notice', 'problem', 'name'] as const).filter((key) => session.has(key))
  if (shown.length === 0) return false
  return html`<p class="quiet">
    Shown on this page, and then gone: ${shown.join(', ')}. That is a flash message.
  </p>`
}

function changeRow({ key, before, after }: Change): Html {
  return html`<p class="change">
    <b>${key}</b>
    ${before !== undefined && html`<del>${short(before)}</del>`}
    ${after === undefined ? html`<em>removed</em>` : html`<ins>${short(after)}</ins>`}
  </p>`
}

function earlier(requests: readonly RequestNote[]): Html | false {
  if (requests.length === 0) return false
  return html`
    <table>
      <caption>
        Earlier requests
      </caption>
      ${requests.map(
        ({ at, method, path, changes, events }) => html`
          <tr>
            <td class="quiet">${time(at)}</td>
            <td><code>${method} ${path}</code></td>
            <td>
              ${changes.map(({ key }) => key).join(', ') || 'nothing'}
              ${events.includes('conflict') && html`<span class="tag">done again</span>`}
            </td>
          </tr>
        `,
      )}
    </table>
  `
}

function plural(count: number, word: string): string {
  return `${count === 0 ? 'no' : count} ${word}${count === 1 ? '' : 's'}`
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
