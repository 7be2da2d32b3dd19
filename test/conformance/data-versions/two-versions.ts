import type { SessionStorageOptions, StandardSchema } from 'coatcheck'
import { createDataVersion } from 'coatcheck/data'

type Values = Record<string, unknown>

/** A schema that knows one key, and fills in another. */
function schemaOf(key: string, fits: (value: unknown) => boolean, other: Values): StandardSchema {
  const validate = (value: unknown) => {
    const values = value as Values
    const isFit = values[key] === undefined || fits(values[key])
    return isFit ? { value: { ...other, ...values } } : { issues: [{ path: [key] }] }
  }
  return { '~standard': { version: 1, vendor: 'test', validate } }
}

/** In the first release a cart is a list, and the look of the shop is a `theme`. */
const first: SessionStorageOptions = {
  dataVersion: createDataVersion({ version: 1 }),
  schema: schemaOf('note', (value) => typeof value === 'string', { theme: 'light' }),
}

function migrate({ cart, theme, note, ...values }: Values, _: number, present: Values): Values {
  const { items = [] } = (present['basket'] as { items: unknown[] } | undefined) ?? {}
  return {
    ...values,
    ...(cart !== undefined && { basket: { items: [...items, ...(cart as unknown[])] } }),
    ...(theme !== undefined && { look: { theme } }),
    ...(note !== undefined && { note: { text: note } }),
  }
}

/** In the second the cart is a `basket` with items, the theme a part of the `look`, and a note is an object. */
const second: SessionStorageOptions = {
  dataVersion: createDataVersion({ version: 2, migrate }),
  schema: schemaOf('note', (value) => typeof value === 'object', {}),
}

/** What two releases of one app give their storages. */
export const releases: Readonly<Record<'first' | 'second', SessionStorageOptions>> = {
  first,
  second,
}
