import { readFileSync } from 'node:fs'
import { address } from './address.ts'

/** The build puts them beside the compiled shop. */
function font(name: string): { address: string; content: Uint8Array<ArrayBuffer> } {
  const content = new Uint8Array(readFileSync(new URL(`./fonts/${name}.woff2`, import.meta.url)))
  return { address: address(name, 'woff2', content), content }
}

export const fonts = { headings: font('fraunces'), text: font('figtree') }

export const fontStyle = `
@font-face {
  font-family: Fraunces; font-weight: 100 900; font-display: swap;
  src: url('${fonts.headings.address}') format('woff2');
}
@font-face {
  font-family: Figtree; font-weight: 300 900; font-display: swap;
  src: url('${fonts.text.address}') format('woff2');
}
`
