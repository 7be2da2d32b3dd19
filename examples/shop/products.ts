export interface Product {
  id: string
  name: string
  /** In cents. */
  price: number
  description: string
  /** An SVG path on a canvas of 96 by 96. */
  picture: string
}

/** Stands for a table in your database. */
export const products: Product[] = [
  {
    id: 'wool-coat',
    name: 'Wool coat',
    price: 24900,
    description: 'Heavy Shetland wool, horn buttons, two pockets deep enough for cold hands.',
    picture:
      'M36 16 22 25 14 62l11 3 4-17v34h38V48l4 17 11-3-8-37-14-9-12 9ZM48 25v57M36 16l5 22 7-8 7 8 5-22M35 62h7M54 62h7',
  },
  {
    id: 'umbrella',
    name: 'Umbrella',
    price: 6500,
    description:
      'Eight steel ribs and a chestnut handle. Made to be left behind and fetched again.',
    picture:
      'M48 12v7M12 52a36 33 0 0 1 72 0c-4-6-14-6-18 0-4-6-14-6-18 0-4-6-14-6-18 0-4-6-14-6-18 0ZM48 52v24a7 7 0 0 0 14 0',
  },
  {
    id: 'felt-hat',
    name: 'Felt hat',
    price: 8900,
    description: 'Soft fur felt with a grosgrain band. It forgives being sat upon, once.',
    picture:
      'M27 56c0-26 6-34 14-30 5 3 9 3 14 0 8-4 14 4 14 30M27 47q21 8 42 0M27 54c-12 1-18 5-16 9 12 14 62 14 74 0 2-4-4-8-16-9-14 5-28 5-42 0Z',
  },
  {
    id: 'scarf',
    name: 'Long scarf',
    price: 4900,
    description: 'Lambswool, two metres of it. Goes round twice and still reaches the pockets.',
    picture:
      'M30 24c0-12 36-12 36 0s-36 14-36 0ZM31 28c2 10 12 12 20 9M42 37l-6 38h16l4-39M58 35l8 30h13L66 26M36 75v8M44 75v8M52 75v8M66 65v7M72.5 65v7M79 65v7',
  },
  {
    id: 'rain-boots',
    name: 'Rain boots',
    price: 7900,
    description: 'Natural rubber, cotton lining. For puddles you would otherwise walk around.',
    picture: 'M32 14h24v36c2 10 26 6 26 24v8H32ZM32 72h49M32 24h24M44 72v10',
  },
  {
    id: 'mittens',
    name: 'Mittens',
    price: 3200,
    description: 'Knitted double in the old pattern, with a cord so that they stay a pair.',
    picture:
      'M36 82V58L22 43c-6-7 4-15 10-9l6 6V28c0-16 30-16 30 0v54ZM36 68h32M44 68v14M52 68v14M60 68v14',
  },
]

export function findProduct(id: string): Product | undefined {
  return products.find((product) => product.id === id)
}

const euros = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' })

export function price(cents: number): string {
  return euros.format(cents / 100)
}
