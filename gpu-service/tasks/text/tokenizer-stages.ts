/** The stages of the library's tokenizer that run on texts, or on what is made of them. */
export interface Staged {
  normalizer: unknown
  pre_tokenizer: unknown
  decoder: unknown
}

/** One of them that is made of no others, with what its file says under names of the library's own. */
export interface Stage {
  config?: Record<string, unknown>
  normalize?(text: string): string
  pre_tokenize?(text: string | string[], options?: object): string[]
  decode_chain?(tokens: string[]): string[]
}

interface Sequence extends Stage {
  normalizers?: unknown[]
  tokenizers?: unknown[]
  decoders?: unknown[]
}

export const stagesOf = ({ normalizer, pre_tokenizer, decoder }: Staged): Stage[] =>
  [normalizer, pre_tokenizer, decoder].flatMap(leavesOf)

function leavesOf(stage: unknown): Stage[] {
  if (stage === null || stage === undefined) return []
  const { normalizers, tokenizers, decoders } = stage as Sequence
  return (normalizers ?? tokenizers ?? decoders)?.flatMap(leavesOf) ?? [stage as Stage]
}
