import { html, type Html } from './html.ts'
import { script } from './page-script.ts'
import { style } from './page-style.ts'
import type { Report } from './report.ts'
import { cookieTable } from './show-cookies.ts'
import { timeline } from './show-events.ts'
import { requestList } from './show-requests.ts'
import { contents, deadlines, summary } from './show-session.ts'

interface View {
  report: Report
  showValues: boolean
  path: string
  /** The name of the session's cookie, as the browser sends it. */
  cookie: string
}

/** The whole page. It shows everything without its script; with it, it stays up to date. */
export function page(view: View): Response {
  const nonce = crypto.getRandomValues(new Uint32Array(4)).join('')
  const text = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Session inspector</title>
        <link rel="icon" href="data:," />
        <style nonce="${nonce}">
          ${style}
        </style>
      </head>
      <body>
        <header>
          <h1>Session inspector</h1>
          <p><code>${view.cookie}</code> <span id="live">as of this page load</span></p>
        </header>
        <main>${body(view)}</main>
        <footer><p>For development. ${note(view)}</p></footer>
        <script nonce="${nonce}">
          ${script}
        </script>
      </body>
    </html>`
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    'img-src data:',
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ]
  return respond(text, { 'Content-Security-Policy': policy.join('; ') })
}

/** What changes while the page is open. */
export function fragment(view: View): Response {
  return respond(body(view), {})
}

function respond({ text }: Html, more: Record<string, string>): Response {
  return new Response(text, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      ...more,
    },
  })
}

function note({ showValues }: View): string {
  return showValues
    ? 'Values are shown, because the option showValues is set.'
    : 'Values are hidden: the option showValues shows them.'
}

function body({ report, showValues }: View): Html {
  const { session } = report
  return html` <div class="column">
      <i hidden data-now="${report.now}"></i>
      ${session === undefined ? nobody(report) : [summary(report, session), deadlines(report, session), contents(session, showValues)]}
      ${cookieTable(report)}
    </div>
    <div class="column">${timeline(report)} ${requestList(report, showValues)}</div>`
}

function nobody({ cookies }: Report): Html {
  const isStranger = !cookies.some(({ isSession }) => isSession)
  return html`<section data-part="none">
    <h2>No session</h2>
    <p>
      ${
        isStranger
          ? 'Your browser sends no session cookie. A session is stored as soon as something is in it.'
          : 'The cookie that your browser sends stands for no live session. See below.'
      }
    </p>
  </section>`
}
