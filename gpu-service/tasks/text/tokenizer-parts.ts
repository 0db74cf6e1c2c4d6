import type { Tokenizer } from '@huggingface/tokenizers'
import type { NormaliseStep } from './normalised-text.ts'

/**
 * The separate stages of the library's tokenizer, whose `encode` does not return offsets. The fields used here are
 * private to version 0.2; the tests compare the tokens of both ways.
 */
export interface TokenizerParts {
  steps: NormaliseStep[]
  /** Split a text at the added tokens that are matched before, or after, normalisation. */
  splitRaw(text: string): string[]
  splitNormalised(text: string): string[]
  isAdded(section: string): boolean
  /** Whether an added token consumes the spaces before or after it. */
  takesSpaces(section: string): { before: boolean; behind: boolean }
  /** Splits a text into words, in the model's alphabet. */
  words(text: string, sectionIndex: number): string[]
  /** Splits a word into tokens. */
  tokensOf(word: string): string[]
  idOf(token: string): number
  /** What tokens contain besides the characters of their word. */
  marks: TokenMarks
}

export interface TokenMarks {
  unknown: string | undefined
  /** Prefix of a token that continues a word. */
  continuing: string | undefined
  /** Suffix of the last token of a word. */
  endOfWord: string | undefined
  /** Whether an unknown token covers a whole word rather than one character. */
  unknownIsWord: boolean
  isByteLevel: boolean
  /** Prefix of every word, for tokenizers whose words the library does not split. */
  startOfWord: string | undefined
  /** Whether spaces belong to no word. */
  dropsSpaces: boolean
  /** Whether the range of a token excludes surrounding spaces. */
  trimsSpaces: boolean
}

/** The library's objects at run time. */
interface Stage {
  config?: { type?: string; content?: string }
  normalizers?: (Stage | null)[]
  tokenizers?: (Stage | null)[]
  processors?: (Stage | null)[]
  pattern?: RegExp | string | null
  normalize(text: string): string
}

interface Internals {
  normalizer: Stage | null
  pre_tokenizer: (Stage & { pre_tokenize(text: string, options: { section_index: number }): string[] }) | null
  model: ((words: string[]) => string[]) & {
    tokens_to_ids: Map<string, number>
    unk_token?: string
    unk_token_id?: number
    end_of_word_suffix?: string
    config: { type?: string; continuing_subword_prefix?: string | null }
  }
  splitter_unnormalized: { split(text: string): string[] }
  splitter_normalized: { split(text: string): string[] }
  added_tokens_map: Map<string, { id: number; lstrip?: boolean; rstrip?: boolean }>
  do_lowercase_and_remove_accent?: boolean
}

export function tokenizerParts(tokenizer: Tokenizer, { file, prepare }: PartsInput): TokenizerParts {
  const parts = tokenizer as unknown as Internals
  const { model, added_tokens_map: added } = parts
  const types = typesOf(file.pre_tokenizer)
  const isWordPiece = model.config.type === 'WordPiece' || typeof model.config.continuing_subword_prefix === 'string'
  return {
    steps: [prepare, ...textSteps(parts), ...stepsOf(parts.normalizer)],
    splitRaw: (text) => parts.splitter_unnormalized.split(text),
    splitNormalised: (text) => parts.splitter_normalized.split(text),
    isAdded: (section) => added.has(section),
    takesSpaces: (section) => {
      const { lstrip: before = false, rstrip: behind = false } = added.get(section) ?? {}
      return { before, behind }
    },
    words: (text, section) => parts.pre_tokenizer?.pre_tokenize(text, { section_index: section }) ?? [text],
    tokensOf: (word) => model([word]),
    idOf: (token) => added.get(token)?.id ?? model.tokens_to_ids.get(token) ?? model.unk_token_id ?? 0,
    marks: {
      unknown: model.unk_token,
      continuing: isWordPiece ? (model.config.continuing_subword_prefix ?? '##') : undefined,
      endOfWord: model.end_of_word_suffix || undefined,
      unknownIsWord: isWordPiece,
      isByteLevel: types.includes('ByteLevel'),
      startOfWord: types.includes('Metaspace') ? '\u2581' : undefined,
      dropsSpaces: types.includes('WhitespaceSplit') || types.includes('Whitespace'),
      trimsSpaces: types.includes('ByteLevel') && trimsOffsets(file.post_processor),
    },
  }
}

interface PartsInput {
  file: { pre_tokenizer?: unknown; post_processor?: unknown }
  /** Applied to a text before the library sees it. */
  prepare: NormaliseStep
}

/** The steps that tokenizer_config.json puts before those of tokenizer.json. */
function textSteps({ do_lowercase_and_remove_accent: plain }: Internals): NormaliseStep[] {
  const lower = (text: string) => text.toLowerCase().replace(/\p{M}/gu, '')
  return plain === true ? [{ type: 'Lowercase', normalise: lower }] : []
}

function stepsOf(stage: Stage | null): NormaliseStep[] {
  if (stage === null) return []
  if (stage.normalizers !== undefined) return stage.normalizers.flatMap(stepsOf)
  const { type = '', content } = stage.config ?? {}
  return [{ type, content, pattern: stage.pattern ?? undefined, normalise: (text) => stage.normalize(text) }]
}

type Node = { type?: string; trim_offsets?: boolean; pretokenizers?: Node[]; processors?: Node[] } | null | undefined

const typesOf = (node: unknown): string[] => flat(node as Node).map((one) => one?.type ?? '')

function flat(node: Node): Node[] {
  return (node?.pretokenizers ?? node?.processors)?.flatMap(flat) ?? [node]
}

const trimsOffsets = (node: unknown): boolean =>
  flat(node as Node).some(
    (one) => one?.trim_offsets === true || (one?.type === 'RobertaProcessing' && one.trim_offsets !== false),
  )
