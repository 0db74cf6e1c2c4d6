import type { Tokenizer } from '@huggingface/tokenizers'

/** How a tokenizer puts one text or a pair together with its special tokens. */
export interface TokenTemplate {
  single: TemplatePart[]
  pair: TemplatePart[]
}

/** A special token by its id, or the place of a text: 0 the first, 1 the second. */
export type TemplatePart = { special: number; typeId: number } | { sequence: 0 | 1; typeId: number }

const texts = ['\u0000first', '\u0000second'] as const

/** Learnt by giving the tokenizer's last stage two tokens that it cannot know. */
export function tokenTemplate(
  tokenizer: Tokenizer,
  postProcessor: { type?: string } | null | undefined,
): TokenTemplate {
  const process = tokenizer.post_processor as unknown as PostProcess | null
  const parts = (second: string[] | null): TemplatePart[] => {
    const made = process?.([texts[0]], second, true) ?? { tokens: [texts[0], ...(second ?? [])] }
    // A processor that adds nothing hands the second text back beside the first.
    const tokens = made.tokens_pair ? [...made.tokens, ...made.tokens_pair] : made.tokens
    return tokens.map((token, index) => {
      // RoBERTa's own tokenizer knows one type only, and its models have one.
      const typeId = postProcessor?.type === 'RobertaProcessing' ? 0 : (made.token_type_ids?.[index] ?? 0)
      if (token === texts[0]) return { sequence: 0, typeId }
      if (token === texts[1]) return { sequence: 1, typeId }
      return { special: tokenizer.token_to_id(token) ?? 0, typeId }
    })
  }
  return { single: parts(null), pair: parts([texts[1]]) }
}

type PostProcess = (
  first: string[],
  second: string[] | null,
  addSpecialTokens: boolean,
) => { tokens: string[]; tokens_pair?: string[] | null; token_type_ids?: number[] }

/** How many special tokens it adds. */
export const specialCount = (parts: readonly TemplatePart[]): number =>
  parts.reduce((count, part) => count + ('special' in part ? 1 : 0), 0)
