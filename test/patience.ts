/**
 * Milliseconds after which what a test waits for counts as never. No test takes as long that works: it is there to say that
 * something hangs, on a machine that is busy as well.
 */
export const patience = 120_000
