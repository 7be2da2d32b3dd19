import { type OptionKinds, readOptions } from '../../core/options.ts'
import { warnOnce } from '../../core/runtime/platform.ts'

/** Warns of each option that there is not, once. The older APIs pass over them, so an app that has one goes on. */
export function warnOfUnknown<Options extends object>(
  maker: string,
  given: Options,
  known: OptionKinds<Options>,
): void {
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(known, key)) continue
    try {
      readOptions<object>(maker, { [key]: true }, known)
    } catch (error) {
      warnOnce((error as Error).message)
    }
  }
}
