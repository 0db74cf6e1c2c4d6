import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../limits.ts'
import type { ModelSource, OpenedTask, Task, TaskService } from '../task.ts'
import { fillTemplate } from '../text/label-template.ts'
import { readParameters, truncationOf } from '../text/parameters.ts'
import { readTexts } from '../text/read-texts.ts'
import { type AskClasses, askClasses, openSequenceClassifier } from '../text/sequence-classifier.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { classifyBy } from '../text-classification/text-classification.ts'
import { answersJson } from '../write-json.ts'
import { labelShares, readEntailmentId } from './entailment.ts'
import { zeroShotParameters } from './zero-shot-parameters.ts'

/** Classifies texts by labels from the request, with an NLI model. */
export const zeroShotClassification: Task = {
  name: 'zero-shot-classification',

  async open(source: ModelSource): Promise<OpenedTask> {
    const classifier = await openSequenceClassifier(source)
    const { model, labels, batches, opened } = classifier
    const classCount = labels.names.length
    if (classCount < 2)
      throw errors.unsupportedModel(
        'the model has one class; zero-shot classification needs entailment and contradiction.',
      )
    const entailmentId = await readEntailmentId(source.files, classCount)
    return {
      ...opened,
      describe: { ...opened.describe, entailmentLabel: labels.names[entailmentId] },
      serve(createBatcher) {
        const ask = askClasses({ model, batcher: createBatcher(batches) })
        return {
          capabilities: { classify: classifyBy({ ask, classifier }), tokenizer: tokenizerCapability(model.tokenizer) },
          pipeline: zeroShotPipeline({ ask, entailmentId }),
        }
      },
    }
  },
}

/** `[{label, score}]` for a text, a list of those for a list: the shape that all clients read. */
function zeroShotPipeline({ ask, entailmentId }: ZeroShotPipeline): TaskService['pipeline'] {
  return async ({ inputs, parameters, options }) => {
    const asked = readParameters(zeroShotParameters, parameters)
    const { candidate_labels: labels, hypothesis_template: template, multi_label: multiLabel } = asked
    const { items, isList } = readTexts(inputs)
    const count = items.length * labels.length
    if (count > inputsMax)
      throw errors.invalidInput(
        `"inputs" with "candidate_labels" make ${count} pairs; the limit is ${inputsMax} per request.`,
        'candidate_labels',
      )
    // Every text with every label is a separate item; if a pair is too long, the text is truncated.
    const hypotheses = fillTemplate(template, labels)
    const pairs = items.flatMap((item) => hypotheses.map((pair) => ({ ...item, pair })))
    const strategy = 'only_first' as const
    const { logits, ...answered } = await ask({ inputs: pairs, truncation: truncationOf(asked), strategy, options })
    const json = await answersJson({
      items,
      isList,
      write(_, index) {
        const own = logits.slice(index * labels.length, (index + 1) * labels.length)
        return JSON.stringify(labelShares({ logits: own, labels, entailmentId, multiLabel }))
      },
      signal: options.signal,
    })
    return { ...answered, json }
  }
}

interface ZeroShotPipeline {
  ask: AskClasses
  entailmentId: number
}
