/* Started by a test to be killed: starts two services and prints what there is of them. With "go" it ends then. */
import { startPostgres, startRedis } from './index.ts'

const services = await Promise.all([startRedis({ durable: true }), startPostgres()])
const pids = services.flatMap((service) => service.pids)
console.log(JSON.stringify({ pids, folders: services.map((service) => service.folder) }))
const [, , mode] = process.argv
if (mode === 'freeze') for (const service of services) service.pause()
if (mode !== 'go') setInterval(() => {}, 1000)
