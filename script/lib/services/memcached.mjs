import { ask } from './ask.mjs'
import { launch } from './service.mjs'

/** Some memcached that know nothing of each other. `memory`: MiB each. `args`: more of its options. */
export function startMemcached({ count = 3, memory = 64, args = [] } = {}) {
  return launch('memcached', { ports: count }, async (service) => {
    for (const port of service.ports) {
      const usual = [
        '-l',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        '0',
        '-t',
        '2',
        '-m',
        String(memory),
      ]
      service.add({
        program: 'memcached',
        args: [...usual, ...args],
        port,
        isReady: (pid) => isServing(port, pid),
      })
    }
    service.hosts = service.servers.map(({ address }) => address)
    service.env = { MEMCACHED_HOSTS: service.hosts.join(',') }
    await service.start()
  })
}

async function isServing(port, pid) {
  const stats = await ask(port, 'stats\r\n', (answer) => answer.endsWith('END\r\n'))
  return stats?.includes(`STAT pid ${pid}\r\n`)
}
