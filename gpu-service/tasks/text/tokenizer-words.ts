import { errors } from '../../../shared/errors.ts'

/** How many entries of a vocabulary are taken per step, in a fraction of a millisecond. */
const entriesAtOnce = 256

/** How the words of one kind of model get into the library's. */
interface Words {
  /** The model without its words. */
  none: (model: ModelFile) => object
  add: (built: LibraryModel, model: ModelFile, namesOf?: WeakMap<object, string[]>) => Generator<void>
}

/** `undefined` for a model of another kind, which is not known to be large. */
export function wordsOf(model: ModelFile, config: object): Words | undefined {
  const { type, vocab, merges } = model
  if (type === 'Unigram') return Array.isArray(vocab) && vocab.length > 0 ? unigram : undefined
  if (typeof vocab !== 'object' || vocab === null) return undefined
  if (type === 'BPE') return Array.isArray(merges) ? bpe : undefined
  // With these fields the library takes WordLevel for another kind.
  if (type === 'WordLevel')
    return 'continuing_subword_prefix' in model || 'target_lang' in config ? undefined : wordLevel
  return type === 'WordPiece' ? wordPiece : undefined
}

const unigram: Words = {
  // One piece stays, because the constructor looks for the least score.
  none: (model) => ({ ...model, vocab: (model.vocab as ScoredPiece[]).slice(0, 1) }),
  *add(built, model) {
    const { tokens_to_ids: ids, trie, vocab } = built
    const scores: number[] = []
    for (const [id, [piece, score]] of (model.vocab as ScoredPiece[]).entries()) {
      vocab[id] = piece
      scores[id] = score
      ids.set(piece, id)
      trie.push(piece)
      if (id % entriesAtOnce === 0) yield
    }
    const unknown = model.unk_id as number
    if (unknown !== null && unknown !== undefined && !(Number.isInteger(unknown) && unknown in scores))
      throw errors.unsupportedModel(
        `"tokenizer.json" names ${JSON.stringify(unknown).slice(0, 100)} as "unk_id", but its pieces have the ids 0 to ${scores.length - 1}.`,
      )
    built.scores = scores
    built.unk_token = vocab[unknown]
    built.bos_token_id = ids.get(built.bos_token)
    built.eos_token_id = ids.get(built.eos_token)
    built.min_score = scores.reduce((least, score) => (score < least ? score : least))
    built.unk_score = built.min_score - 10
    scores[unknown] = built.unk_score
  },
}

const wordPiece: Words = {
  none: (model) => ({ ...model, vocab: {} }),
  *add(built, { vocab, unk_token }, namesOf) {
    const idOf = vocab as Record<string, number>
    const words = namesOf?.get(idOf) ?? Object.keys(idOf)
    for (const [at, word] of words.entries()) {
      const id = idOf[word] as number
      built.tokens_to_ids.set(word, id)
      built.vocab[id] = word
      if (at % entriesAtOnce === 0) yield
    }
    built.vocab.length = Math.max(built.vocab.length, built.tokens_to_ids.size)
    built.unk_token_id = built.tokens_to_ids.get(unk_token as string)
  },
}

const wordLevel: Words = {
  none: wordPiece.none,
  *add(built, model, namesOf) {
    yield* wordPiece.add(built, model, namesOf)
    const { tokens_to_ids: ids } = built
    built.bos_token_id = ids.get(built.bos_token)
    built.eos_token_id = ids.get(built.eos_token)
    built.pad_token_id = ids.get(built.pad_token)
    built.unk_token_id = ids.get(built.unk_token as string)
  },
}

const bpe: Words = {
  none: (model) => ({ ...model, vocab: {}, merges: [] }),
  *add(built, model, namesOf) {
    yield* wordPiece.add(built, model, namesOf)
    const given = model.merges as (string | Merge)[]
    const arePairs = Array.isArray(given[0])
    const merges: (string | Merge)[] = []
    for (const [rank, merge] of given.entries()) {
      const pair = arePairs ? merge : ((merge as string).split(' ', 2) as Merge)
      merges.push(pair)
      built.bpe_ranks.set(JSON.stringify(pair), rank)
      if (rank % entriesAtOnce === 0) yield
    }
    built.merges = merges
  },
}

/** The model of a tokenizer.json. */
export interface ModelFile extends Record<string, unknown> {
  type?: string
  vocab?: unknown
  merges?: unknown
}

type ScoredPiece = [piece: string, score: number]
type Merge = string[]

/** The library's models at run time. */
export interface LibraryModel {
  config: object
  vocab: string[]
  tokens_to_ids: Map<string, number>
  unk_token: string | undefined
  unk_token_id: number | undefined
  scores: number[]
  trie: { push(piece: string): void }
  bos_token: string
  bos_token_id: number | undefined
  eos_token: string
  eos_token_id: number | undefined
  pad_token: string
  pad_token_id: number | undefined
  min_score: number
  unk_score: number
  merges: (string | Merge)[]
  bpe_ranks: Map<string, number>
}
