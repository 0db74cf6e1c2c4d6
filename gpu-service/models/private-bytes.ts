import { readFileSync } from 'node:fs'

/**
 * What these processes hold in memory of their own, or `undefined` where the system does not say. Files that they map
 * are not in it: those are one copy for all of them.
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

/** Made by the kernel in memory, so that reading it waits for no disk. */
function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return ''
  }
}
