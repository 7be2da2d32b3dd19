import type { AdapterCase } from './app.ts'
import { checks } from './checks.ts'
import { commits } from './commits.ts'
import { endings } from './endings.ts'
import { failures } from './failures.ts'
import { privacy } from './privacy.ts'
import { responses } from './responses.ts'
import { visits } from './visits.ts'

/** Every rule of an adapter, for a running server of its framework. */
export const adapterCases: readonly AdapterCase[] = [
  ...visits,
  ...responses,
  ...commits,
  ...endings,
  ...privacy,
  ...checks,
  ...failures,
]
