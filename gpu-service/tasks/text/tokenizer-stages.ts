/** The stages of the library's tokenizer that process texts or words. */
export interface Staged {
  normalizer: unknown
  pre_tokenizer: unknown
  decoder: unknown
}

/** A stage that is not a sequence of others, with its configuration under the library's own names. */
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
