import { type Backend, openBackend } from './open-backend.ts'

let opened: { address: string; backend: Backend } | undefined

/** A server keeps its connections: what a process has opened for one test is there for the next. */
export async function backendAt(address: string): Promise<Backend> {
  if (opened?.address === address) return opened.backend
  await opened?.backend.close()
  opened = { address, backend: await openBackend(address, { timeout: 10, now: Date.now }) }
  return opened.backend
}
