import { createHash } from 'node:crypto'

/**
 * The port of the load balancer that leads to a pool. It follows from the name alone: a port that moved from one pool to
 * another would be taken twice in the middle of an update.
 */
export const poolPort = (name: string): number =>
  name === 'default' ? 80 : firstPort + (createHash('sha256').update(name).digest().readUInt32BE() % portCount)

const firstPort = 10_000
const portCount = 20_000

/** The first pool whose port another before it has. */
export function poolsOnOnePort(names: readonly string[]): [first: string, second: string] | undefined {
  const taken = new Map<number, string>()
  for (const name of names) {
    const first = taken.get(poolPort(name))
    if (first !== undefined) return [first, name]
    taken.set(poolPort(name), name)
  }
  return undefined
}
