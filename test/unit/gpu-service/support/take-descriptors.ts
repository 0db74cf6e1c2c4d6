import { openSync } from 'node:fs'

/** Opens files until the process reaches its limit. */
export function takeDescriptors(): number[] {
  const descriptors: number[] = []
  try {
    for (;;) descriptors.push(openSync('/dev/null', 'r'))
  } catch {
    // The limit is reached.
    return descriptors
  }
}
