/** The same failure with fewer steps: leaves one out after the other, as long as it still fails. */
export async function shrink<Step>(
  steps: readonly Step[],
  fails: (steps: readonly Step[]) => Promise<boolean>,
): Promise<readonly Step[]> {
  let least = steps
  for (let again = true; again;) {
    again = false
    for (let i = least.length - 1; i >= 0; i--) {
      const fewer = least.toSpliced(i, 1)
      if (!(await fails(fewer))) continue
      least = fewer
      again = true
    }
  }
  return least
}
