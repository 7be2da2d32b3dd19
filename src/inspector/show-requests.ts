import type { Data } from '../core/record/wire.ts'
import { asText, kindOf } from './described.ts'
import { html, type Html } from './html.ts'
import type { RequestNote } from './notebook.ts'
import type { Report } from './report.ts'
import { timeOfDay } from './show-time.ts'

export function requestList({ requests }: Report, isShown: boolean): Html {
  return html`<section data-part="requests">
    <h2>What each request changed</h2>
    ${requests.length === 0 && html`<p class="soft">No request of this session yet.</p>`}
    <ol class="requests">
      ${requests.map((note) => request(note, isShown))}
    </ol>
  </section>`
}

function request(note: RequestNote, isShown: boolean): Html {
  const { at, name = 'A request', took, outcome, conflicts, left, shown, login, hasNewId } = note
  const kind = outcome === 'saved' || outcome === 'nothing to save' ? 'plain' : 'warning'
  return html`<li>
    <p>
      <time>${timeOfDay(at)}</time>
      <code>${name}</code>${took !== undefined && html` <span class="soft">${took} ms</span>`}
      <span class="tag ${kind}">${outcome}</span
      >${conflicts > 0 && html` <span class="tag conflict">done again${conflicts > 1 && ` × ${conflicts}`}</span>`}
    </p>
    ${changes(note, isShown)}
    ${left.length > 0 && html`<p class="change"><b>message for the next page</b> ${left.join(', ')}</p>`}
    ${shown.length > 0 && html`<p class="change"><b>message shown</b> ${shown.join(', ')}</p>`}
    ${login !== undefined && html`<p class="change"><b>logged in</b> <code>${login}</code></p>`}
    ${hasNewId && html`<p class="change"><b>new id</b></p>`}
  </li>`
}

function changes({ before, after }: RequestNote, isShown: boolean): Html[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const show = (value: unknown) => (isShown ? asText(value) : kindOf(value))
  return keys
    .filter((key) => asJson(before, key) !== asJson(after, key))
    .map(
      (key) =>
        html`<p class="change">
          <b>${key}</b>${Object.hasOwn(before, key) && html` <del>${show(before[key])}</del>`}
          ${Object.hasOwn(after, key) ? html`<ins>${show(after[key])}</ins>` : html`<em>removed</em>`}
        </p>`,
    )
}

function asJson(data: Data, key: string): string | undefined {
  return Object.hasOwn(data, key) ? JSON.stringify(data[key]) : undefined
}
