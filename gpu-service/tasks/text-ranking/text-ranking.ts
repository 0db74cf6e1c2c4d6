import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import type { Rerank } from '../capabilities.ts'
import type { ModelSource, OpenedTask, Task, TaskService } from '../task.ts'
import { largest } from '../text/largest.ts'
import { readParameters, trueOrFalse, truncationOf, truncationParameters, wholeNumber } from '../text/parameters.ts'
import { askClasses, openSequenceClassifier } from '../text/sequence-classifier.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { classificationPipeline, classifyBy } from '../text-classification/text-classification.ts'
import { answersJson } from '../write-json.ts'
import { afterPrompt } from './after-prompt.ts'
import { readCrossEncoder } from './cross-encoder.ts'
import { readRanking } from './ranking-inputs.ts'
import { rerankBy } from './rerank.ts'

/** Scores how well texts answer a query, with a cross-encoder. */
export const textRanking: Task = {
  name: 'text-ranking',

  async open(source: ModelSource): Promise<OpenedTask> {
    const classifier = await openSequenceClassifier(source)
    const { model, labels, batches, opened } = classifier
    if (labels.names.length > 1)
      throw errors.unsupportedModel(
        `config.json names ${labels.names.length} labels; a ranking model has one. Serve it as text-classification.`,
      )
    const { activation, prompt } = await readCrossEncoder(source.files)
    const pairLabels = { ...labels, defaultFunction: activation ?? labels.defaultFunction }
    return {
      ...opened,
      describe: {
        ...opened.describe,
        functionToApply: activation ?? 'sigmoid',
        // A regression's pair is answered as by transformers' pipeline, with the model's own number.
        pairFunctionToApply: pairLabels.defaultFunction,
      },
      serve(createBatcher) {
        const ask = afterPrompt(askClasses({ model, batcher: createBatcher(batches) }), prompt)
        const rerank = rerankBy(ask)
        const pairs = classificationPipeline({ ask, classifier: { labels: pairLabels } })
        return {
          capabilities: {
            rerank,
            classify: classifyBy({ ask, classifier }),
            tokenizer: tokenizerCapability(model.tokenizer),
          },
          pipeline: rankingPipeline({ rerank, pairs, isRaw: activation === 'none' }),
        }
      },
    }
  },
}

const parametersSchema = z.object({
  ...truncationParameters,
  raw_scores: trueOrFalse.optional(),
  return_text: trueOrFalse.default(false),
  top_n: wholeNumber(1, 100_000).optional(),
})

/**
 * `{query, texts}` to `[{index, score, text?}]` in descending order, `{source_sentence, sentences}` to a number each in
 * their order, and pairs to `[[{label, score}]]` as a text classifier.
 */
function rankingPipeline({ rerank, pairs, isRaw }: RankingPipeline): TaskService['pipeline'] {
  return async ({ inputs, parameters, options }) => {
    const asked = readRanking(inputs)
    if (asked === undefined) return pairs({ inputs, parameters, options })
    const { raw_scores: rawScores = isRaw, return_text, top_n, ...rest } = readParameters(parametersSchema, parameters)
    const { query, texts, shape } = asked
    const { scores, ...answered } = await rerank({ query, texts, rawScores, truncation: truncationOf(rest), options })
    if (shape === 'similarity') return { ...answered, json: JSON.stringify(scores) }
    const ranks = largest(scores, top_n ?? scores.length).map((index) => ({
      index,
      score: scores[index],
      ...(return_text && { text: texts[index] }),
    }))
    const write = (rank: (typeof ranks)[number]) => JSON.stringify(rank)
    return { ...answered, json: await answersJson({ items: ranks, isList: true, write, signal: options.signal }) }
  }
}

interface RankingPipeline {
  rerank: Rerank
  pairs: TaskService['pipeline']
  /** Whether scores are the model's own numbers unless a request says otherwise. */
  isRaw: boolean
}
