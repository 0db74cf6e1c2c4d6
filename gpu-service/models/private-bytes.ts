import { readFileSync } from 'node:fs'

/**
 * The private memory of these processes; undefined if the system does not report it. Mapped files are excluded, because
 * the processes share one copy.
 */
export function privateBytes(pids: readonly (number | undefined)[]): number | undefined {
  let total = 0
  for (const pid of pids) {
    if (pid === undefined) continue
    const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readStatus(pid))?.[1]
    if (kilobytes === undefined) return undefined
    total += Number(kilobytes) * 1024
  }
  return total
}

/** The kernel generates it in memory, so reading it does no I/O. */
function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return ''
  }
}
