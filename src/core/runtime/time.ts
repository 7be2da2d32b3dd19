/** The clock, in milliseconds since the epoch: asked anew each time, because tests put another `Date` there. */
export function systemTime(): number {
  return Date.now()
}

/** Lets the process end while this timer waits, where timers keep one alive: those of browsers and jsdom are numbers. */
export function unref(timer: unknown): void {
  ;(timer as { unref?(): void } | undefined)?.unref?.()
}
