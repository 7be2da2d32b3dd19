import { html, type Html } from './html.ts'

/** The time of day, in the time zone of the server. */
export function clock(at: number): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
}

export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB')
}

/** A bar for a share from 0 to 1. */
export function meter(share: number): Html {
  const percent = Math.round(Math.min(1, share) * 100)
  return html`<meter min="0" max="100" value="${percent}">${percent}%</meter>`
}
