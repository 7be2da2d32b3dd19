/* A process of its own that works on sessions in Redis. See redis-processes.node.test.ts. */
import process from 'node:process'
import { createRedisSessionStorage, type RedisServer } from 'coatcheck/redis-storage'

export interface Task {
  server: RedisServer
  /** Names the worker in what it writes. */
  name: string
  cookies: string[]
  /** How often it counts in each session. Without: until none is left. */
  times?: number
}

export interface Report {
  written: number
  gone: number
}

/** Adds one to this worker's counter, and to everybody's, in each session. */
async function work({ server, name, cookies, times = Infinity }: Task): Promise<Report> {
  const storage = createRedisSessionStorage<Record<string, number>>(server, { timeout: 10 })
  const report: Report = { written: 0, gone: 0 }
  await Promise.all(
    cookies.map(async (cookie) => {
      for (let n = 0; n < times; n++) {
        const session = await storage.read(cookie)
        if (session.isNew) {
          report.gone++
          return
        }
        session.update(name, (before) => (before ?? 0) + 1)
        session.update('all', (before) => (before ?? 0) + 1)
        if ((await storage.save(session)) !== '') report.written++
      }
    }),
  )
  await storage.close()
  return report
}

process.on('message', async (task: Task) => {
  process.send!(await work(task))
})
process.on('disconnect', () => process.exit())
process.send!('ready')
