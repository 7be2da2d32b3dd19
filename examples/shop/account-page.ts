import type { SessionInfo } from 'coatcheck'
import type { AccountEvent } from './diary.ts'
import { html, type Html } from './html.ts'
import { page } from './layout.ts'
import type { Order } from './orders.ts'
import { price } from './products.ts'
import { backstageOf } from './requests.ts'
import { routes } from './routes.ts'
import type { ShopSession } from './session.ts'
import { findUser } from './users.ts'
import { ago, dateTime } from './when.ts'

interface Account {
  devices: readonly SessionInfo[]
  orders: readonly Order[]
}

export function accountPage(session: ShopSession, { devices, orders }: Account): Response {
  const user = findUser(session.userId)
  const { diary } = backstageOf(session)!
  return page(session, {
    title: 'Your account',
    body: html`
      <h1>${user?.fullName}</h1>
      <p class="lead">Mail goes to <strong>${user?.email}</strong>.</p>
      <div class="columns">
        <section>
          <h2>Your devices</h2>
          ${devices.length > 0 ? deviceList(devices, session.handle) : noList}
          <h2>Your orders</h2>
          ${orderList(orders)}
        </section>
        <section>
          <h2>What happened to your account</h2>
          ${history(diary.accountOf(session.userId!))}
        </section>
      </div>
    `,
  })
}

const noList = html`<p class="card">
  The storage that this shop runs on keeps no list of a user’s sessions. With files, SQLite, Redis
  or a database you would see your devices here and could end each of them.
</p>`

function deviceList(devices: readonly SessionInfo[], current: string): Html {
  return html`
    <ul class="lines devices">
      ${devices.map(
        (device) => html`
          <li class="card row">
            <div class="grow">
              <strong>${device.label ?? 'A browser'}</strong>
              <p class="quiet">
                Last used ${ago(device.lastUsedAt)}. Logged in
                ${dateTime(device.authenticatedAt ?? device.createdAt)}.
              </p>
            </div>
            ${device.handle === current ? html`<span class="count">This one</span>` : endButton(device)}
          </li>
        `,
      )}
    </ul>
    ${
      devices.length > 1
        ? html`
            <form method="post" action="${routes.account.logOutOthers.href()}">
              <button>Log out all others</button>
            </form>
          `
        : html`<p class="quiet">
            Log in from a second browser, or from a private window: it appears here.
          </p>`
    }
  `
}

function endButton({ handle, label = 'A browser' }: SessionInfo): Html {
  return html`
    <form method="post" action="${routes.account.end.href()}">
      <input type="hidden" name="device" value="${handle}" />
      <button class="quiet" aria-label="End ${label}">End</button>
    </form>
  `
}

function orderList(orders: readonly Order[]): Html {
  if (orders.length === 0) {
    return html`<p class="quiet">
      None yet. <a href="${routes.cart.show.href()}">Your cart</a> is where one begins.
    </p>`
  }
  return html`
    <table class="card history">
      ${orders.map(
        ({ number, at, total }) => html`
          <tr>
            <td>
              <a href="${routes.order.href({ number })}">Order ${number}</a>
              <br /><span class="quiet">${dateTime(at)}</span>
            </td>
            <td class="price">${price(total)}</td>
          </tr>
        `,
      )}
    </table>
  `
}

function history(events: readonly AccountEvent[]): Html {
  if (events.length === 0) {
    return html`<p class="quiet">Nothing since the shop was started.</p>`
  }
  return html`
    <table class="card history">
      ${events.map(
        ({ at, what, device, isStrange }) => html`
          <tr class="${isStrange ? 'strange' : ''}">
            <td>${what}<br /><span class="quiet">${device}</span></td>
            <td class="quiet">${ago(at)}</td>
          </tr>
        `,
      )}
    </table>
    <p class="quiet">
      Did you not do one of these? In a real shop you would now choose a new password.
    </p>
  `
}
