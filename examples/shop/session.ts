import type { MiddlewareContext } from '@remix-run/fetch-router'
import type { Session } from 'coatcheck'
import type { session } from 'coatcheck/fetch-router'
import type { forms } from './forms.ts'

/** What the shop keeps for a visitor between two requests. */
export type ShopData = {
  cart: CartLine[]
  /** Ids of the products looked at, the latest first. */
  seen: string[]
  visits: number
  /** When the visitor logged in: a password that is typed once more later on does not count. */
  loggedInAt: number
}

/** What the next page shows once. */
export type ShopFlash = {
  notice: string
  problem: string
  /** Who logged this device out. */
  ended: string
  /** The name somebody typed before a wrong password. */
  name: string
}

export interface CartLine {
  id: string
  quantity: number
}

export type ShopSession = Session<ShopData, ShopFlash>

/** What a handler receives: a request with its session and its form. */
export type ShopContext = MiddlewareContext<
  [typeof forms, ReturnType<typeof session<ShopData, ShopFlash>>]
>
