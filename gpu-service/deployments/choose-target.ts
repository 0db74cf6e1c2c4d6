/** A target with a share of the requests. */
interface Weighted {
  /** Identifies the target to its callers across revisions. */
  id: string
  weight: number
}

/**
 * Chooses a key's target by weighted rendezvous hashing: a key only moves if its target lost weight or another gained
 * some, so a change of weights moves as few keys as possible. Without a key the choice is random.
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

/** Longer keys are truncated, because hashing costs every request their length. */
const keyMax = 256

/**
 * Maps a text to a number between 0 and 1, both excluded, evenly for texts of any kind (FNV-1a with MurmurHash3's
 * finaliser).
 */
export function shareOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32
}
