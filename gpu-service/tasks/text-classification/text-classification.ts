import * as z from 'zod'
import type { Classify } from '../capabilities.ts'
import { labelScores, scoreFunctions } from '../label-scores.ts'
import type { ModelSource, OpenedTask, Task, TaskService } from '../task.ts'
import { oneOf, readParameters, truncationOf, truncationParameters, wholeNumber } from '../text/parameters.ts'
import { readTexts } from '../text/read-texts.ts'
import {
  type AskClasses,
  askClasses,
  openSequenceClassifier,
  type SequenceClassifier,
} from '../text/sequence-classifier.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { rerankBy } from '../text-ranking/rerank.ts'
import { answersJson } from '../write-json.ts'

/** Classifies texts, or pairs of texts. */
export const textClassification: Task = {
  name: 'text-classification',

  async open(source: ModelSource): Promise<OpenedTask> {
    const classifier = await openSequenceClassifier(source)
    const { model, labels, batches, opened } = classifier
    return {
      ...opened,
      describe: { ...opened.describe, functionToApply: labels.defaultFunction },
      serve(createBatcher) {
        const ask = askClasses({ model, batcher: createBatcher(batches) })
        return {
          capabilities: {
            classify: classifyBy({ ask, classifier }),
            tokenizer: tokenizerCapability(model.tokenizer),
            // A model with a single class scores how well a pair fits, which is reranking.
            ...(labels.names.length === 1 && { rerank: rerankBy(ask) }),
          },
          pipeline: classificationPipeline({ ask, classifier }),
        }
      },
    }
  },
}

interface ClassifierService {
  ask: AskClasses
  classifier: Pick<SequenceClassifier, 'labels'>
}

export function classifyBy({ ask, classifier }: ClassifierService): Classify {
  const { names, defaultFunction } = classifier.labels
  return async ({ inputs, truncation, rawScores, options }) => {
    const items = inputs.map((input, index) => {
      const param = `inputs[${index}]`
      return typeof input === 'string' ? { text: input, param } : { text: input[0], pair: input[1], param }
    })
    const { logits, ...answered } = await ask({ inputs: items, truncation, options })
    const scoring = { names, topK: names.length, apply: rawScores ? ('none' as const) : defaultFunction }
    return { ...answered, classes: logits.map((row) => () => labelScores({ logits: row, ...scoring })) }
  }
}

const parametersSchema = z.object({
  ...truncationParameters,
  top_k: wholeNumber(1, 100_000).optional(),
  function_to_apply: oneOf([...scoreFunctions, 'default']).default('default'),
})

/** `[[{label, score}]]`, a list per text even for a single one, because both Hugging Face clients read that. */
export function classificationPipeline({ ask, classifier }: ClassifierService): TaskService['pipeline'] {
  const { names, defaultFunction } = classifier.labels
  return async ({ inputs, parameters, options }) => {
    const { top_k, function_to_apply: asked, ...rest } = readParameters(parametersSchema, parameters)
    const { items } = readTexts(inputs, { pairs: true })
    const { logits, ...answered } = await ask({ inputs: items, truncation: truncationOf(rest), options })
    const scoring = { names, topK: top_k ?? names.length, apply: asked === 'default' ? defaultFunction : asked }
    const json = await answersJson({
      items: logits,
      isList: true,
      write: (row) => JSON.stringify(labelScores({ logits: row, ...scoring })),
      signal: options.signal,
    })
    return { ...answered, json }
  }
}
