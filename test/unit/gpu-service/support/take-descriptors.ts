import { openSync } from 'node:fs'

/** Opens files until this process may open no more. */
export function takeDescriptors(): number[] {
  const descriptors: number[] = []
  try {
    for (;;) descriptors.push(openSync('/dev/null', 'r'))
  } catch {
    // There are none left.
    return descriptors
  }
}
