import { html, type Html } from './html.ts'
import type { Report } from './report.ts'

export function cookieTable({ cookies, advice }: Report): Html {
  const total = cookies.reduce((sum, { bytes }) => sum + bytes + 3, 0)
  return html`<section data-part="cookies">
    <h2>Cookies, as your browser sends them</h2>
    ${cookies.length === 0 && html`<p class="soft">None.</p>`}
    ${cookies.map(
      ({ name, bytes, isSession, problems }) =>
        html`<div class="cookie${isSession && ' own'}">
          <p>
            <code>${name}</code>
            <span class="soft">${bytes.toLocaleString('en')} bytes</span
            >${isSession && html` <span class="tag">the session</span>`}
          </p>
          ${problems.map((problem) => html`<p class="problem">${problem}</p>`)}
          ${isSession && problems.length === 0 && html`<p class="good">Nothing is wrong with it.</p>`}
        </div>`,
    )}
    ${total > 8000 && html`<p class="problem">Together they take ${total.toLocaleString('en')} bytes. Many servers refuse 8,192 bytes of headers, Node 16,384.</p>`}
    ${advice.map((text) => html`<p class="advice">${text}</p>`)}
  </section>`
}
