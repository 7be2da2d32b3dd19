import { readFileSync } from 'node:fs'
import type { Middleware } from '@remix-run/fetch-router'
import { address } from './address.ts'
import { css, styleAddress } from './style.ts'

const script = readFileSync(new URL('./browser/try.js', import.meta.url), 'utf8')

export const scriptAddress = address('try', 'js', script)

const contents = new Map([
  [styleAddress, { type: 'text/css; charset=utf-8', text: css }],
  [scriptAddress, { type: 'text/javascript; charset=utf-8', text: script }],
])

/** Answers the style sheet and the script itself, and passes everything else on. */
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
