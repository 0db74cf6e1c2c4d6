export interface RankedResult {
  /** Where the document stands in the request. */
  index: number
  relevance_score: number
  document?: { text: string }
}

/** The best first; documents of one score stay in the order they were sent in. */
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
  /** Given back with the results where they are asked for. */
  documents: readonly string[] | undefined
  count: number
}
