/** Words that are one token each in BERT's vocabulary. */
const words =
  'the of and in to was is for on as with by he at from his it an were are which this be had she her their they not have one all two who also time first after new other into there over year some can where most about under part well early name city school between work until end water found used later life home small place war long area service river band music film book house second day line station since town team several called during state world number'.split(
    ' ',
  )

/** The same numbers on every machine: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Texts with these numbers of tokens, including the two special ones. */
export function sentences({ lengths, random }: { lengths: readonly number[]; random: () => number }): string[] {
  const word = () => words[Math.floor(random() * words.length)] ?? 'the'
  return lengths.map((length) => Array.from({ length: length - 2 }, word).join(' '))
}

/** Token counts as people send them: lognormal around a median of 32, from 8 to 256. */
export function mixedLengths({ count, random }: { count: number; random: () => number }): number[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Array.from({ length: count }, () => Math.min(256, Math.max(8, Math.round(32 * Math.exp(0.7 * normal())))))
}
