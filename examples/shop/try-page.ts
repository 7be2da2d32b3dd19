import { scriptAddress } from './files.ts'
import { html, type Html } from './html.ts'
import { page } from './layout.ts'
import type { Place } from './places.ts'
import type { ShopSession } from './session.ts'

/** Each is played in the visitor's browser: see browser/try.ts. */
const experiments = [
  {
    id: 'tabs',
    title: 'Two tabs add at once',
    text: 'Ten requests each read the same counter, take their time, and add one.',
    question: 'Do all ten arrive?',
  },
  {
    id: 'logout',
    title: 'A logout during a slow request',
    text: 'A slow request reads the session. You log out before it is done. Then it saves.',
    question: 'Does that log you in again?',
  },
  {
    id: 'planted',
    title: 'An id planted before the login',
    text: 'A thief puts an id that they know into your browser and waits until you log in.',
    question: 'Is the thief logged in as well?',
  },
  {
    id: 'replayed',
    title: 'An old cookie, replayed',
    text: 'Somebody copies your cookie. You log out. They put the copy back.',
    question: 'Is the copy still good?',
  },
  {
    id: 'forged',
    title: 'A forged cookie',
    text: 'One letter of the cookie is replaced by another one.',
    question: 'Does it open?',
  },
]

export function tryPage(session: ShopSession, place: Place): Response {
  return page(session, {
    title: 'Try to break it',
    script: scriptAddress,
    body: html`
      <h1>Try to break it</h1>
      <p class="lead">
        Each button runs a race or an attack from your own browser against this shop, and draws what
        happened. It uses a cookie of its own: your cart and your login stay as they are.
      </p>
      <noscript>
        <p class="flash problem">The experiments need JavaScript. The rest of the shop does not.</p>
      </noscript>
      <div class="experiments">
        ${experiments.map(
          ({ id, title, text, question }) => html`
            <section class="card experiment" id="${id}" aria-labelledby="${id}-title">
              <h2 id="${id}-title">${title}</h2>
              <p>${text} <strong>${question}</strong></p>
              <button disabled>Try it</button>
              <div class="result" aria-live="polite"></div>
            </section>
          `,
        )}
        ${storageCard(place)}
      </div>
    `,
  })
}

function storageCard(place: Place): Html {
  const { isAtomic, hasList } = place
  const promises: [boolean, string][] = [
    [isAtomic, 'Two requests at once never lose a change of each other'],
    [isAtomic, 'After a logout, no request that is still under way brings the session back'],
    [isAtomic, 'A copy of a cookie is worth nothing after the logout'],
    [hasList, 'You see your devices, and can end each of them'],
    [true, 'Both clocks are kept by the server, not by the browser'],
    [true, 'A failing store is an error page, and logs nobody out'],
  ]
  return html`
    <section class="card" id="storage" aria-labelledby="storage-title">
      <h2 id="storage-title">What it runs on: ${place.name}</h2>
      <p>${place.what}</p>
      <p class="quiet">It outlives: ${place.outlives.replace(/^./, (c) => c.toLowerCase())}.</p>
      <ul class="promises">
        ${promises.map(
          ([isKept, text]) =>
            html`<li class="${isKept ? 'kept' : 'open'}">
              ${text}${!isKept && html` <span class="quiet">(not with this storage)</span>`}
            </li>`,
        )}
      </ul>
      <p class="quiet">
        ${
          isAtomic
            ? html`Start the shop with <code>npm start -- --storage cookie:</code> and try again: a
                session that lives in its cookie cannot promise all of this.`
            : html`Start the shop with <code>npm start</code> and try again: with sessions on the
                server all of this holds.`
        }
      </p>
    </section>
  `
}
