/** Something that gets a share of the requests. */
interface Weighted {
  /** The same as long as it is the same target to its callers. */
  id: string
  weight: number
}

/**
 * Which of several targets a key belongs to: weighted rendezvous hashing, by which a key stays where it is unless its
 * own target lost weight or another gained it, so that a change of weights moves as few keys as it can. Without a key
 * the choice is by chance.
 */
export function chooseTarget<Target extends Weighted>({
  targets,
  key,
  random = Math.random,
}: ChooseTarget<Target>): Target | undefined {
  if (targets.length <= 1) return targets[0]
  let best: Target | undefined
  let bestScore = Number.NEGATIVE_INFINITY
  for (const target of targets) {
    if (target.weight <= 0) continue
    const share = key === undefined ? random() : shareOf(`${target.id}\0${key.slice(0, keyMax)}`)
    const score = target.weight / -Math.log(share)
    if (score <= bestScore) continue
    best = target
    bestScore = score
  }
  return best ?? targets[0]
}

interface ChooseTarget<Target> {
  targets: readonly Target[]
  key: string | undefined
  random?: () => number
}

/** A longer one is told by its beginning: it costs each request its length. */
const keyMax = 256

/** Where a text lies between 0 and 1, both excluded, evenly for texts of any kind (FNV-1a, finished as in MurmurHash3). */
export function shareOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32
}
