import { randomInt } from 'node:crypto'
import { BoundedMap } from './bounded-map.ts'
import type { Product } from './products.ts'

export interface Order {
  number: string
  at: number
  lines: { product: Product; quantity: number }[]
  /** In cents. */
  total: number
}

const kept = 20
/** Without those that look alike. */
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** Stands for a table in your database: here it is in this process, bounded, and gone when the process ends. */
export class Orders {
  readonly #users = new BoundedMap<string, Order[]>(1000)

  /** The latest first. */
  of(userId: string): readonly Order[] {
    return this.#users.get(userId) ?? []
  }

  /** An order of this user, and of nobody else. */
  find(userId: string, number: string): Order | undefined {
    return this.of(userId).find((order) => order.number === number)
  }

  add(userId: string, order: Order): void {
    this.#users.set(userId, [order, ...this.of(userId)].slice(0, kept))
  }
}

/** It is made with the form, so that a form that is sent twice is one order. */
export function newOrderNumber(): string {
  return Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
}

export function isOrderNumber(text: string): boolean {
  return text.length === 8 && [...text].every((letter) => letters.includes(letter))
}
