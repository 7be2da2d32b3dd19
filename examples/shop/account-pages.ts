import type { SessionInfo } from 'coatcheck'
import { html, type Html } from './html.ts'
import { page } from './layout.ts'
import { routes } from './routes.ts'
import type { ShopSession } from './session.ts'
import { demoLogins, findUser } from './users.ts'

export function loginPage(session: ShopSession, returnTo: string): Response {
  return page(session, {
    title: 'Log in',
    body: html`
      <div class="narrow">
        <h1>Log in</h1>
        <form class="card fields" method="post" action="${routes.login.action.href()}">
          <input type="hidden" name="to" value="${returnTo}" />
          <label for="name">Name</label>
          <input
            id="name"
            name="name"
            value="${session.get('name')}"
            autocomplete="username"
            autocapitalize="none"
            required
          />
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
          />
          <button>Log in</button>
        </form>
        <h2>Borrow a name</h2>
        <ul>
          ${demoLogins.map(
            ({ name, password }) => html`<li><code>${name}</code> – <code>${password}</code></li>`,
          )}
        </ul>
      </div>
    `,
  })
}

export function accountPage(session: ShopSession, devices: readonly SessionInfo[]): Response {
  const user = findUser(session.userId)
  return page(session, {
    title: 'Your account',
    body: html`
      <h1>${user?.fullName}</h1>
      <p>Mail goes to <strong>${user?.email}</strong>.</p>
      ${devices.length > 0 && deviceList(devices, session.handle)}
    `,
  })
}

export function goodbyePage(session: ShopSession): Response {
  return page(session, {
    title: 'Goodbye',
    body: html`<h1>You are logged out</h1>
      <p>Mind the step. <a href="${routes.home.href()}">Back to the shop</a></p>`,
  })
}

function deviceList(devices: readonly SessionInfo[], current: string): Html {
  return html`
    <h2>Your devices</h2>
    <ul class="lines">
      ${devices.map(
        (device) => html`
          <li class="card row">
            <div class="grow">
              ${device.label ?? 'A browser'}
              <p class="quiet">Logged in ${dateAndTime.format(device.authenticatedAt)}</p>
            </div>
            ${device.handle === current && html`<span class="count">This one</span>`}
          </li>
        `,
      )}
    </ul>
    ${
      devices.length > 1 &&
      html`
        <form method="post" action="${routes.account.logOutOthers.href()}">
          <button>Log out all others</button>
        </form>
      `
    }
  `
}

const dateAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
