/** Waits some part of a duration, in milliseconds. */
export function pause(atMost: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, somePartOf(atMost)))
}

/** Some part of a duration, so that those who begin together do not go on together. */
export function somePartOf(duration: number): number {
  return Math.random() * duration
}
