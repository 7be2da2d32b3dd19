import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Service, UrlService } from '../../services/index.ts'

/* workerd as a service like the others: with D1 and Durable Objects, which keep what they have in files. */

interface ServiceToBe extends UrlService {
  url: string
  add(options: {
    program: string
    args: string[]
    port: number
    isOurs: boolean
    isReady(pid: number): Promise<boolean>
  }): unknown
}

type Launch = (
  name: string,
  needs: { ports: number },
  setUp: (service: ServiceToBe) => Promise<void>,
) => Promise<Service>

const root = new URL('../../../../', import.meta.url)
const { launch } = (await import(new URL('script/lib/services/service.mjs', root).href)) as {
  launch: Launch
}
const program = fileURLToPath(new URL('test/runtimes/bindings.mjs', root))
const installed = fileURLToPath(new URL('test/runtimes/node_modules/miniflare', root))

let started: Promise<Service> | undefined

/** One for all that need it. */
export function startWorkerd(): Promise<UrlService> {
  started ??= launch('workerd', { ports: 1 }, async (service) => {
    const [port] = service.ports
    service.url = `//127.0.0.1:${port}`
    service.add({
      program: 'node',
      args: [program, String(port), join(service.folder, 'kept')],
      port: port!,
      // It reads this repository, wherever that is.
      isOurs: true,
      isReady: (pid) => answers(`http:${service.url}`, pid),
    })
    await service.start()
  })
  return started as Promise<UrlService>
}

/** What it lacks to be started here; false if nothing. */
export const missingWorkerd: string | false =
  !existsSync(installed) && 'miniflare is not installed: script/bootstrap test'

async function answers(url: string, pid: number): Promise<boolean> {
  try {
    return (await (await fetch(url)).text()) === String(pid)
  } catch {
    return false
  }
}
