export interface RankedResult {
  /** The document's index in the request. */
  index: number
  relevance_score: number
  document?: { text: string }
}

/** Best first; equal scores keep the order of the request. */
export function rankedResults({ scores, documents, count }: RankResults): RankedResult[] {
  return scores
    .map((score, index): RankedResult => ({ index, relevance_score: score }))
    .sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
    .slice(0, count)
    .map((result) => {
      const text = documents?.[result.index]
      return text === undefined ? result : { ...result, document: { text } }
    })
}

interface RankResults {
  scores: readonly number[]
  /** Returned with the results on request. */
  documents: readonly string[] | undefined
  count: number
}
