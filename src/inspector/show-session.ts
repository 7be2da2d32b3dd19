import type { Versions } from '../core/record/wire.ts'
import { type Described, describe } from './described.ts'
import { cookieLimit } from './cookies.ts'
import { html, type Html } from './html.ts'
import type { SessionNote } from './notebook.ts'
import type { Report } from './report.ts'
import { clock, meter } from './show-time.ts'

export function summary({ cookies, isInCookie }: Report, session: SessionNote): Html {
  const { handle, userId, label, size, maxBytes, createdAt } = session
  const own = cookies.find(({ isSession }) => isSession)?.bytes ?? 0
  const [bytes, limit] = isInCookie ? [own, cookieLimit] : [size, maxBytes]
  return html`<section data-part="session">
    <h2>This session</h2>
    <dl>
      <div>
        <dt>Handle</dt>
        <dd><code>${handle}</code></dd>
      </div>
      <div>
        <dt>User</dt>
        <dd>
          ${userId === undefined ? html`<em>nobody has logged in</em>` : html`<code>${userId}</code>`}${label !== undefined && ` on ${label}`}
        </dd>
      </div>
      <div>
        <dt>Began</dt>
        <dd>${clock(createdAt)}</dd>
      </div>
      <div>
        <dt>Size</dt>
        <dd>
          ${bytes.toLocaleString('en')} of ${limit.toLocaleString('en')}
          bytes${isInCookie && ' of the cookie'}${meter(bytes / limit)}
        </dd>
      </div>
    </dl>
  </section>`
}

export function deadlines({ now }: Report, session: SessionNote): Html {
  const { expiresAt, waitDeadline, absoluteDeadline, createdAt, authenticatedAt } = session
  const start = authenticatedAt ?? createdAt
  return html`<section data-part="deadlines">
    <h2>Deadlines</h2>
    <dl>
      ${deadline('Unless it is used', { at: expiresAt, start, now })}
      ${waitDeadline !== undefined && deadline('Locked after that, until', { at: waitDeadline, start, now })}
      ${deadline('In any case', { at: absoluteDeadline, start, now })}
    </dl>
  </section>`
}

function deadline(name: string, { at, start, now }: Record<'at' | 'start' | 'now', number>): Html {
  const left = Math.max(0, Math.min(1, (at - now) / (at - start)))
  return html`<div>
    <dt>${name}</dt>
    <dd><b data-at="${at}">${clock(at)}</b>${meter(left)}</dd>
  </div>`
}

export function contents({ contents, versions }: SessionNote, isShown: boolean): Html {
  const values = describe(contents.values, isShown)
  const flash = describe(contents.flash, isShown)
  return html`<section data-part="contents">
    <h2>What is in it</h2>
    ${versions !== undefined && html`<p class="soft">Version of the data: ${versionsText(versions)}</p>`}
    ${values.length > 0 ? tree(values) : html`<p class="soft">No values.</p>`}
    <h3>Messages for the next page</h3>
    ${flash.length > 0 ? tree(flash) : html`<p class="soft">None wait.</p>`}
  </section>`
}

function versionsText([version, others = {}]: Versions): string {
  return [version, ...Object.entries(others).map(([key, other]) => `${key} ${String(other)}`)].join(
    ', ',
  )
}

function tree(entries: readonly Described[]): Html {
  return html`<ul class="tree">
    ${entries.map(
      ({ key, text, children }) =>
        html`<li>
          <span class="key">${key}</span>
          <span class="soft">${text}</span>${children.length > 0 && tree(children)}
        </li>`,
    )}
  </ul>`
}
