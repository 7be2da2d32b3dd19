/*
 * COATCHECK_RUNS=20000    so many histories of each kind
 * COATCHECK_SEED=17       this one only
 */

/** Seeds to try, as many as this unless the environment says otherwise. */
export function seedsOf(usual: number): string[] {
  const { COATCHECK_RUNS: runs, COATCHECK_SEED: only } = process.env
  if (only !== undefined) return [only]
  return Array.from({ length: Number(runs ?? usual) }, (_, seed) => String(seed))
}
