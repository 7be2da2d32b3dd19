import { readFileSync } from 'node:fs'
import type { Middleware } from '@remix-run/fetch-router'
import { address } from './address.ts'
import { fonts } from './fonts.ts'
import { css, styleAddress } from './style.ts'

const script = readFileSync(new URL('./browser/try.js', import.meta.url), 'utf8')

export const scriptAddress = address('try', 'js', script)

interface File {
  type: string
  text: string | Uint8Array<ArrayBuffer>
}

const contents = new Map<string, File>([
  ...Object.values(fonts).map(({ address, content }): [string, File] => [
    address,
    { type: 'font/woff2', text: content },
  ]),
  [styleAddress, { type: 'text/css; charset=utf-8', text: css }],
  [scriptAddress, { type: 'text/javascript; charset=utf-8', text: script }],
])

/** Answers the style sheet, the fonts and the script itself, and passes everything else on. */
export const files: Middleware = (context, next) => {
  const file = contents.get(context.url.pathname)
  if (file === undefined) return next()

  return new Response(file.text, {
    headers: {
      'Content-Type': file.type,
      'Cache-Control': 'public, max-age=31536000, immutable',
    },
  })
}
