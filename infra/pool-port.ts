import { createHash } from 'node:crypto'

/**
 * The load balancer's port for a pool. It depends on the name alone, because a port that moved between pools would be
 * taken twice during an update.
 */
export const poolPort = (name: string): number =>
  name === 'default' ? 80 : firstPort + (createHash('sha256').update(name).digest().readUInt32BE() % portCount)

const firstPort = 10_000
const portCount = 20_000

/** The first two pools with the same port. */
export function poolsOnOnePort(names: readonly string[]): [first: string, second: string] | undefined {
  const taken = new Map<number, string>()
  for (const name of names) {
    const first = taken.get(poolPort(name))
    if (first !== undefined) return [first, name]
    taken.set(poolPort(name), name)
  }
  return undefined
}
