import { errors } from '../../shared/errors.ts'
import { isServedTask, type ServedTask, servedTasks } from '../../shared/model/served-tasks.ts'
import { featureExtraction } from './feature-extraction/feature-extraction.ts'
import { fillMask } from './fill-mask/fill-mask.ts'
import { imageClassification } from './image-classification/image-classification.ts'
import { imageFeatureExtraction } from './image-feature-extraction/image-feature-extraction.ts'
import { imageTextClassification } from './image-text-classification/image-text-classification.ts'
import { questionAnswering } from './question-answering/question-answering.ts'
import { tabularClassification } from './tabular/tabular-classification.ts'
import type { Task } from './task.ts'
import { tensorsTask } from './tensors/tensors-task.ts'
import { textClassification } from './text-classification/text-classification.ts'
import { textRanking } from './text-ranking/text-ranking.ts'
import { tokenClassification } from './token-classification/token-classification.ts'
import { zeroShotClassification } from './zero-shot-classification/zero-shot-classification.ts'
import { zeroShotImageClassification } from './zero-shot-image-classification/zero-shot-image-classification.ts'

const tasks: Record<ServedTask, Task> = {
  'feature-extraction': featureExtraction,
  'sentence-similarity': featureExtraction,
  'image-classification': imageClassification,
  'image-feature-extraction': imageFeatureExtraction,
  'image-text-classification': imageTextClassification,
  'zero-shot-image-classification': zeroShotImageClassification,
  'tabular-classification': tabularClassification,
  'tabular-regression': tabularClassification,
  'text-classification': textClassification,
  'text-ranking': textRanking,
  'token-classification': tokenClassification,
  'zero-shot-classification': zeroShotClassification,
  'fill-mask': fillMask,
  'question-answering': questionAnswering,
  tensors: tensorsTask,
}

/** @throws AppError `unsupported_model` listing the served tasks. */
export function taskNamed(name: string): Task {
  if (isServedTask(name)) return tasks[name]
  throw errors.unsupportedModel(`the task "${name}" is not served; it must be one of ${servedTasks.join(', ')}.`)
}
