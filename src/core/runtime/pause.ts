const longest = 100

/** Waits a random while, longer with each attempt, so that those who collided do not collide again. */
export function pause(attempt: number): Promise<void> {
  const atMost = Math.min(2 ** attempt, longest)
  return new Promise((resolve) => setTimeout(resolve, somePartOf(atMost)))
}

/** Some part of a duration, so that those who begin together do not go on together. */
export function somePartOf(duration: number): number {
  return Math.random() * duration
}
