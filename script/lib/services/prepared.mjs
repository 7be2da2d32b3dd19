import { randomUUID } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Makes the folder that a database begins with. That takes the processor longer than most tests, and gives the same each time:
 * a run of the tests has a folder for it, TEST_PREPARED, where the first who needs it leaves a copy for the others.
 */
export async function prepare(service, folder, { program, args }) {
  const place = process.env.TEST_PREPARED
  if (place === undefined) return service.run(program, args)
  const prepared = join(place, program)
  if (existsSync(prepared)) return copy(service, prepared, folder)
  await service.run(program, args)
  // One process may start two at once.
  const own = `${prepared}-${randomUUID()}`
  await copy(service, folder, own)
  try {
    renameSync(own, prepared)
  } catch {
    // Somebody else was first.
    rmSync(own, { recursive: true })
  }
}

/** With its owner and permissions, on which databases insist. */
function copy(service, from, to) {
  return service.run('cp', ['-a', from, to], { isOurs: true })
}
