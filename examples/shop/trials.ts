import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Middleware } from '@remix-run/fetch-router'
import { type Cookie, createCookie, type Session, type SessionEvent } from 'coatcheck'
import { withSession } from 'coatcheck/fetch'
import type { Diary } from './diary.ts'
import { field } from './forms.ts'
import { routes } from './routes.ts'
import type { ShopData, ShopFlash } from './session.ts'
import type { ShopStorage } from './storage.ts'
import { onStoreError } from './store-failures.ts'

/** What the page "Try to break it" learns of a request. */
export interface TrialAnswer {
  /** The user, or null for a stranger. */
  user: string | null
  /** The counter, as the request found it. */
  count: number
  handle: string
}

type TrialSession = Session<ShopData, ShopFlash>

/** Each does one thing to the session. The page puts them together. */
const steps: Record<string, (session: TrialSession, form: FormData) => void> = {
  look: () => {},
  visit: (session) => session.set('visits', 0),
  add: (session) => session.update('visits', (count = 0) => count + 1),
  login: (session, form) => session.login(`trial-${field(form, 'user').slice(0, 40)}`),
  logout: (session) => session.destroy(),
}

/** No request of a visitor may keep the server waiting for longer, in milliseconds. */
const longestWait = 2000

/**
 * Sessions to be broken, with a cookie of their own on the shop's storage: the visitor's cart and login stay as they are.
 * Scripts may read this cookie, so that the page can play the thief. No app should do that: `createCookie()` warns of it.
 */
export function trials(shop: Cookie, storage: ShopStorage, diary: Diary): Middleware {
  const cookie = createCookie('trial', {
    secrets: [randomBytes(32).toString('base64url')],
    path: routes.tryIt.href(),
    secure: shop.secure ? undefined : false,
  })

  const answer = withSession({ cookie, storage, onStoreError }, runStep) as (
    request: Request,
    form: FormData,
  ) => Promise<Response>

  return async ({ method, url, request, get }, next) => {
    if (method !== 'POST' || url.pathname !== routes.trial.href()) return next()
    const events: SessionEvent[] = []
    // The body is read already: the session only needs the request's address and headers.
    const { headers } = request
    const bare = new Request(request.url, { method, headers })
    const response = await diary.listen(events, () => answer(bare, get(FormData) ?? new FormData()))
    showToScripts(response.headers)
    response.headers.set('Trial-Events', events.map(({ type }) => type).join(' '))
    return response
  }
}

function showToScripts(headers: Headers): void {
  const setCookies = headers.getSetCookie()
  headers.delete('Set-Cookie')
  for (const line of setCookies) headers.append('Set-Cookie', line.replace('; HttpOnly', ''))
}

/** Reads the session, takes its time, and only then changes it: as long as that, others may change it as well. */
async function runStep(
  _request: Request,
  session: TrialSession,
  form: FormData,
): Promise<Response> {
  const found: TrialAnswer = {
    user: session.userId ?? null,
    count: session.get('visits') ?? 0,
    handle: session.handle,
  }
  const wait = Number.parseInt(field(form, 'wait'), 10)
  if (wait > 0) await pause(Math.min(wait, longestWait))
  steps[field(form, 'do')]?.(session, form)
  return Response.json(found)
}
