/** transformers writes a huge `model_max_length` for "no limit". */
const saneMax = 1_000_000
const fallback = 512

interface TokenLimitSources {
  /** sentence_bert_config.json or one of its variants: max_seq_length */
  sentenceBert?: number | undefined
  /** tokenizer.json: truncation.max_length */
  tokenizer?: number | undefined
  /** tokenizer_config.json: model_max_length */
  tokenizerConfig?: number | undefined
  /** config.json: max_position_embeddings */
  positions?: number | undefined
  modelType?: string | undefined
  padTokenId?: number | undefined
}

/**
 * The most tokens of a text, special ones included: as sentence-transformers decides, capped by the number of
 * positions.
 */
export function tokenLimit(sources: TokenLimitSources): number {
  const { sentenceBert, tokenizer, tokenizerConfig, positions } = sources
  const asked = [sentenceBert, tokenizer, tokenizerConfig].find(isLimit)
  const offset = positionOffset(sources)
  const held = positions === undefined || positions <= offset ? undefined : positions - offset
  return Math.min(asked ?? held ?? fallback, held ?? saneMax)
}

/** Some files write -1 or infinity for "no limit". */
const isLimit = (limit: number | undefined): limit is number =>
  limit !== undefined && Number.isInteger(limit) && limit > 0 && limit < saneMax

/** The position of a text's first token: the RoBERTa family starts after the padding position. */
export const positionOffset = ({
  modelType = '',
  padTokenId = 1,
}: Pick<TokenLimitSources, 'modelType' | 'padTokenId'>) =>
  /roberta|camembert|mpnet/.test(modelType) ? padTokenId + 1 : 0
