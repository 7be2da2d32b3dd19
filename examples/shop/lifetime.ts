const day = 24 * 60 * 60

/** In seconds. Both clocks are kept by the server, whatever the browser thinks of its cookie. */
export const lifetime = {
  idleTimeout: 7 * day,
  absoluteTimeout: 30 * day,
  /** For those who stay logged in. */
  persistent: { idleTimeout: 30 * day, absoluteTimeout: 90 * day },
}

/** How old a login may be for an order, in seconds. It is short, so that a look at the shop is long enough to see it. */
export const recentLogin = 2 * 60
