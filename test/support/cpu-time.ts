/** The CPU time of this thread during some work, in ms. Unlike the time on a clock, it does not grow on a busy machine. */
export function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage()
  work()
  return sinceMs(before)
}

/** The same of work that waits now and then. */
export async function cpuMsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage()
  await work()
  return sinceMs(before)
}

function sinceMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before)
  // Only their sum is exact: the system estimates how it is divided.
  return (user + system) / 1000
}
