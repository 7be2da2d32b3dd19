import { backgroundCases } from './background.ts'
import { checkedCases } from './checked.ts'
import { contextCases } from './contexts.ts'
import { damageCases } from './damage.ts'
import { endingCases } from './endings.ts'
import { endOfEverybodyCases } from './ends-of-everybody.ts'
import { flashCases } from './flash.ts'
import { forkCases } from './forks.ts'
import { graceCases } from './grace.ts'
import { endedCookieCases } from './ended-cookies.ts'
import { groupCases } from './groups.ts'
import { identityCases } from './identity.ts'
import { importCases } from './imports.ts'
import { lastWordCases } from './last-words.ts'
import { lateIdCases } from './late-ids.ts'
import { lifetimeCases } from './lifetime.ts'
import { liveEndCases } from './live-ends.ts'
import { liveCases } from './live.ts'
import { lockRaceCases } from './lock-races.ts'
import { lockCases } from './locks.ts'
import { lostNoteCases } from './lost-notes.ts'
import { levelCases } from './levels.ts'
import { notedEndCases } from './noted-ends.ts'
import { noteCases } from './notes.ts'
import { ownerCases } from './owners.ts'
import { overtakenCases } from './overtaken.ts'
import { persistenceCases } from './persistence.ts'
import { raceCases } from './races.ts'
import { refusedCases } from './refused.ts'
import { releaseCases } from './releases.ts'
import { reuseCases } from './reuse.ts'
import { revocationCases } from './revocations.ts'
import { rotationCases } from './rotation.ts'
import { saveCases } from './saves.ts'
import { schemaCases } from './schemas.ts'
import { secondLoginCases } from './second-logins.ts'
import { sessionLimitRaceCases } from './session-limit-races.ts'
import { sessionLimitCases } from './session-limits.ts'
import { takenOverCases } from './taken-over.ts'
import { blockCases } from './blocks.ts'
import { unconfirmedLoginCases } from './unconfirmed-logins.ts'
import { updateCases } from './updates.ts'
import { valueCases } from './values.ts'
import type { StorageCase } from './visit.ts'

/** Every rule of a storage: the promises, case by case. */
export const storageCases: readonly StorageCase[] = [
  ...valueCases,
  ...refusedCases,
  ...schemaCases,
  ...releaseCases,
  ...flashCases,
  ...identityCases,
  ...rotationCases,
  ...graceCases,
  ...lateIdCases,
  ...forkCases,
  ...reuseCases,
  ...lifetimeCases,
  ...backgroundCases,
  ...persistenceCases,
  ...updateCases,
  ...noteCases,
  ...raceCases,
  ...overtakenCases,
  ...saveCases,
  ...ownerCases,
  ...importCases,
  ...endingCases,
  ...takenOverCases,
  ...revocationCases,
  ...secondLoginCases,
  ...unconfirmedLoginCases,
  ...levelCases,
  ...contextCases,
  ...checkedCases,
  ...groupCases,
  ...lockCases,
  ...lockRaceCases,
  ...sessionLimitCases,
  ...sessionLimitRaceCases,
  ...notedEndCases,
  ...endOfEverybodyCases,
  ...lostNoteCases,
  ...blockCases,
  ...endedCookieCases,
  ...lastWordCases,
  ...liveCases,
  ...liveEndCases,
  ...damageCases,
]
