/** With a smaller share of a processor than this, what others do decides how a measurement ends. */
const enough = 0.85

/** Whether others are using the machine: how much of a processor does a loop get that asks for a whole one? */
export function lookForOthers(ms = 150) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  while (performance.now() - start < ms) Math.sqrt(ms)
  const { user, system } = process.cpuUsage(cpu)
  const share = (user + system) / 1000 / (performance.now() - start)
  return { isBusy: share < enough, percent: Math.round(Math.min(share, 1) * 100) }
}
