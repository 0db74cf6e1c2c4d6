/** Above this a `model_max_length` is a way to say that there is none. */
const saneMax = 1_000_000
const fallback = 512

export interface TokenLimitSources {
  /** sentence_bert_config.json: max_seq_length */
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

/** The most tokens of a text, special ones included: what sentence-transformers obeys, never more than the graph holds. */
export function tokenLimit(sources: TokenLimitSources): number {
  const { sentenceBert, tokenizer, tokenizerConfig, positions } = sources
  const asked = [sentenceBert, tokenizer, tokenizerConfig].find(isLimit)
  const offset = positionOffset(sources)
  const held = positions === undefined || positions <= offset ? undefined : positions - offset
  return Math.min(asked ?? held ?? fallback, held ?? saneMax)
}

/** Some write -1, too, or a number without an end for none. */
const isLimit = (limit: number | undefined): limit is number =>
  limit !== undefined && Number.isInteger(limit) && limit > 0 && limit < saneMax

/** The position of a text's first token: the RoBERTa family counts from behind the padding's. */
export const positionOffset = ({
  modelType = '',
  padTokenId = 1,
}: Pick<TokenLimitSources, 'modelType' | 'padTokenId'>) =>
  /roberta|camembert|mpnet/.test(modelType) ? padTokenId + 1 : 0
