import { Html } from './html.ts'

/** Asks for what has changed once a second while the page is looked at, and counts the deadlines down. */
export const script: Html = new Html(`
const main = document.querySelector('main')
const live = document.getElementById('live')
const shown = new Map()
let ahead = 0

function left(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60]
  if (days > 0) return days + ' d ' + hours + ' h ' + minutes + ' min ' + (seconds % 60) + ' s'
  if (hours > 0) return hours + ' h ' + minutes + ' min ' + (seconds % 60) + ' s'
  return minutes + ' min ' + (seconds % 60) + ' s'
}

function countDown() {
  for (const place of document.querySelectorAll('[data-at]')) {
    place.title = place.title || place.textContent
    place.textContent = 'in ' + left(place.dataset.at - Date.now() - ahead)
  }
}

// Only what has changed is replaced, so that a selection or a place in a list stays.
function show(text) {
  const next = document.createElement('main')
  next.innerHTML = text
  const names = (part) => [...part.querySelectorAll('[data-part]')].map((one) => one.dataset.part).join()
  ahead = next.querySelector('[data-now]').dataset.now - Date.now()
  if (names(next) !== names(main)) {
    main.replaceChildren(...next.childNodes)
    shown.clear()
    return
  }
  for (const part of next.querySelectorAll('[data-part]')) {
    const { part: name } = part.dataset
    const html = part.outerHTML
    if (shown.get(name) !== html) main.querySelector('[data-part="' + name + '"]').replaceWith(part)
    shown.set(name, html)
  }
}

async function refresh() {
  if (document.hidden) return
  try {
    const response = await fetch(location.pathname + '?part', { cache: 'no-store' })
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    show(text)
    live.textContent = 'live'
    live.className = 'on'
  } catch {
    live.textContent = 'the server does not answer'
    live.className = ''
  }
}

ahead = main.querySelector('[data-now]').dataset.now - Date.now()
countDown()
setInterval(() => refresh().then(countDown), 1000)
document.addEventListener('visibilitychange', () => refresh().then(countDown))
`)
