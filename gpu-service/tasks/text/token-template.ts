import type { Tokenizer } from '@huggingface/tokenizers'

/** How a tokenizer combines a text or a pair with its special tokens. */
export interface TokenTemplate {
  single: TemplatePart[]
  pair: TemplatePart[]
}

/** The id of a special token, or a text: 0 the first, 1 the second. */
export type TemplatePart = { special: number; typeId: number } | { sequence: 0 | 1; typeId: number }

const texts = ['\u0000first', '\u0000second'] as const

/** Derives the template by passing two placeholder tokens through the tokenizer's post-processor. */
export function tokenTemplate(
  tokenizer: Tokenizer,
  { post_processor: postProcessor }: { post_processor?: { type?: string } | null | undefined },
  config: { model_input_names?: unknown },
): TokenTemplate {
  const process = tokenizer.post_processor as unknown as PostProcess | null
  const parts = (second: string[] | null): TemplatePart[] => {
    const made = process?.([texts[0]], second, true) ?? { tokens: [texts[0], ...(second ?? [])] }
    // A post-processor that adds nothing returns the second text separately.
    const tokens = made.tokens_pair ? [...made.tokens, ...made.tokens_pair] : made.tokens
    return tokens.map((token, index) => {
      // RoBERTa's own tokenizer, and its models, have a single type.
      const isOfOneType = postProcessor?.type === 'RobertaProcessing' || leavesOutTypes(config)
      const typeId = isOfOneType ? 0 : (made.token_type_ids?.[index] ?? 0)
      if (token === texts[0]) return { sequence: 0, typeId }
      if (token === texts[1]) return { sequence: 1, typeId }
      return { special: tokenizer.token_to_id(token) ?? 0, typeId }
    })
  }
  return { single: parts(null), pair: parts([texts[1]]) }
}

/** A tokenizer_config.json that lists a model's inputs without types: transformers gives it none, and it reads 0. */
const leavesOutTypes = ({ model_input_names: names }: { model_input_names?: unknown }): boolean =>
  Array.isArray(names) && !names.includes('token_type_ids')

type PostProcess = (
  first: string[],
  second: string[] | null,
  addSpecialTokens: boolean,
) => { tokens: string[]; tokens_pair?: string[] | null; token_type_ids?: number[] }

/** A text's ids and the special tokens around them. */
export function withSpecialTokens(parts: readonly TemplatePart[], ids: readonly number[]): number[] {
  const all: number[] = []
  for (const part of parts) {
    if ('special' in part) all.push(part.special)
    else for (const id of ids) all.push(id)
  }
  return all
}

/** The number of special tokens in the template. */
export const specialCount = (parts: readonly TemplatePart[]): number =>
  parts.reduce((count, part) => count + ('special' in part ? 1 : 0), 0)
