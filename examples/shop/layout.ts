import { itemCount } from './cart.ts'
import { fonts } from './fonts.ts'
import { html, type Html } from './html.ts'
import { endingText } from './endings.ts'
import { sessionPanel } from './panel.ts'
import { backstageOf } from './requests.ts'
import { routes } from './routes.ts'
import type { ShopSession } from './session.ts'
import { styleAddress } from './style.ts'
import { findUser } from './users.ts'

interface Page {
  title: string
  body: Html
  status?: number
  /** The address of a script, where a page has one. */
  script?: string
}

/** A page of the shop for this visitor: the header knows them, and a flash message is shown once. */
export function page(session: ShopSession, { title, body, status, script }: Page): Response {
  const user = findUser(session.userId)
  const count = itemCount(session)
  const header = html`
    <nav aria-label="Shop">
      <a href="${routes.tryIt.href()}">Try to break it</a>
      <a href="${routes.cart.show.href()}">Cart <span class="count">${count}</span></a>
      ${
        user
          ? html`<a href="${routes.account.show.href()}">${user.fullName}</a>
              <form method="post" action="${routes.logout.href()}">
                <button class="link">Log out</button>
              </form>`
          : html`<a href="${routes.login.index.href()}">Log in</a>`
      }
    </nav>
  `
  const ending = backstageOf(session)?.ending
  const ended = session.get('ended') ?? (ending && endingText(ending))
  const flash = html`
    ${ended && html`<div class="ended" role="note"><strong>${ended}</strong> If that was not you, a real shop would let you choose a new password.</div>`}
    <div class="flash" role="status">${session.get('notice')}</div>
    <div class="flash problem" role="alert">${session.get('problem')}</div>
  `
  const footer = html`<p>Request ${session.get('visits')} of your session.</p>`
  const panel = sessionPanel(session)
  return document({ title, header, body: html`${flash}${body}`, footer, panel, status, script })
}

/** A page that needs no session, for when there is none. */
export function plainPage({ title, body, status }: Page): Response {
  return document({ title, body, status })
}

function document(
  parts: Page & { header?: Html; footer?: Html; panel?: Html | undefined },
): Response {
  const text = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${parts.title} – The Cloakroom</title>
        <link rel="icon" href="data:," />
        ${Object.values(fonts).map(
          ({ address }) =>
            html`<link rel="preload" href="${address}" as="font" type="font/woff2" crossorigin />`,
        )}
        <link rel="stylesheet" href="${styleAddress}" />
        ${parts.script && html`<script type="module" src="${parts.script}"></script>`}
        ${parts.header && html`<link rel="prefetch" href="${routes.cart.show.href()}" />`}
      </head>
      <body>
        <header>
          <a class="brand" href="${routes.home.href()}">The Cloakroom</a>
          ${parts.header}
        </header>
        <main>${parts.body}</main>
        <footer>
          ${parts.footer}
          <p>A demonstration of Coatcheck. Nothing here can be bought.</p>
        </footer>
        ${parts.panel}
      </body>
    </html>`

  return new Response(text.text, {
    status: parts.status ?? 200,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      // Somebody's own page: the Back button must not show it after the logout.
      'Cache-Control': 'no-store',
      'Content-Security-Policy':
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    },
  })
}
