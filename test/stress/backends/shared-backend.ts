import { type Backend, openBackend } from './open-backend.ts'

/** Seconds that an operation may take where nothing fails: the machine may be busy. */
export const patience = 60

let opened: { address: string; backend: Backend } | undefined

/** A server keeps its connections: what a process has opened for one test is there for the next. */
export async function backendAt(address: string): Promise<Backend> {
  if (opened?.address === address) return opened.backend
  await opened?.backend.close()
  opened = { address, backend: await openBackend(address, { timeout: patience, now: Date.now }) }
  return opened.backend
}
