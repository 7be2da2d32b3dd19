/** What Node calls the error, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}

/** Does it, or returns undefined if it fails with one of these codes. */
export function unless<T>(codes: readonly string[], action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}

/** Does it, or says false if what it works on has gone. */
export function unlessGone(action: () => void): boolean {
  return unless(['ENOENT'], () => (action(), true)) ?? false
}

/** For tidying up: what fails here is done by a later sweep. */
export function tidy(action: () => void): void {
  try {
    action()
  } catch {
    // Documented above.
  }
}

const retries = 3

/** Tries again a little later when the process has too many files open. */
export async function whenFilesAllow<T>(action: () => T | Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action()
    } catch (error) {
      const crowded = codeOf(error) === 'EMFILE' || codeOf(error) === 'ENFILE'
      if (!crowded || attempt === retries) throw error
      await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** attempt))
    }
  }
}
