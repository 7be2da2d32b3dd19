import type { OptionKinds } from '../options.ts'
import type { CheckOptions } from './check.ts'
import type { PrivacyOptions } from './privacy.ts'
import type { TouchOptions } from './touch.ts'

/** Options of the middleware in every framework. */
export interface VisitOptions extends TouchOptions, PrivacyOptions, CheckOptions {}

export const visitKinds: OptionKinds<VisitOptions> = {
  touch: 'any',
  clearSiteData: 'boolean',
  noStore: 'boolean',
  check: 'createSessionCheck()',
}
