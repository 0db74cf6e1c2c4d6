import type { TextTokenizer } from '../../gpu-service/tasks/text/tokenizer.ts'
import { mixedLengths, seededRandom, sentences } from './sentences.ts'

/** Texts, and the batches in which the bare runtime is fastest with them. */
export interface Texts {
  name: string
  list: string[]
  batches: number[][][]
  /** The batches in which the peers' ceiling was measured, if those differ. */
  peerBatches?: number[][][]
}

const fixedLength = 21
const count = 512
const [mixedTokensMax, peerTokensMax] = [384, 1024]

/** So many that no text repeats while it is still queued, where it would share the earlier one's run. */
const crowdCount = 32_768

/** The texts of the open loop, as long as the fixed ones. */
export const crowdTexts = (): string[] =>
  sentences({ lengths: Array(crowdCount).fill(fixedLength), random: seededRandom(13) })

export function benchTexts(tokenizer: TextTokenizer): Record<'fixed' | 'mixed' | 'single', Texts> {
  const random = seededRandom(7)
  const fixed = sentences({ lengths: Array(count).fill(fixedLength), random })
  const mixed = sentences({ lengths: mixedLengths({ count, random }), random })
  const [fixedIds, mixedIds] = [fixed, mixed].map((texts) => texts.map((text) => tokenizer.encode(text, 256)))
  return {
    fixed: { name: 'fixed', list: fixed, batches: groupsOf(fixedIds ?? [], () => 16) },
    single: { name: 'fixed', list: fixed, batches: groupsOf(fixedIds ?? [], () => 1) },
    // Shuffled, so that a run that is cut short has met short and long texts equally.
    mixed: {
      name: 'mixed',
      list: mixed,
      batches: shuffled(sortedBatches(mixedIds ?? [], mixedTokensMax), random),
      peerBatches: shuffled(sortedBatches(mixedIds ?? [], peerTokensMax), random),
    },
  }
}

/** Each text by itself: the ceiling for a file whose texts run alone. */
export const oneByOne = ({ name, list, batches }: Texts): Texts => ({
  name,
  list,
  batches: batches.flat().map((ids) => [ids]),
})

/** Cuts a list into groups; the size may depend on the first item. */
function groupsOf<Item>(items: readonly Item[], sizeOf: (first: Item) => number): Item[][] {
  const groups: Item[][] = []
  for (let start = 0; start < items.length; start += groups.at(-1)?.length ?? 1) {
    const first = items[start]
    if (first !== undefined) groups.push(items.slice(start, start + Math.max(1, sizeOf(first))))
  }
  return groups
}

/** Longest first, so that the first of a batch determines how many fit into the budget of padded tokens. */
const sortedBatches = (ids: number[][], budget: number): number[][][] =>
  groupsOf(
    ids.toSorted((a, b) => b.length - a.length),
    ({ length }) => Math.floor(budget / length),
  )

const shuffled = <Item>(items: readonly Item[], random: () => number): Item[] =>
  items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
