import type { Scenario } from './scenarios.ts'
import { Stage, type StageOptions } from './stage.ts'
import { judge } from './verdict.ts'

export interface TrialResult {
  wrong: string[]
  trace: string[]
}

/** Plays a scenario once. */
export async function play(scenario: Scenario, options: StageOptions): Promise<TrialResult> {
  const stage = new Stage(options)
  try {
    const wrong = await stage.time.run(async () => judge(stage, await scenario(stage)))
    return { wrong, trace: stage.trace }
  } finally {
    await stage.server.close()
  }
}
