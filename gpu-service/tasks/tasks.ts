import { errors } from '../../shared/errors.ts'
import { featureExtraction } from './feature-extraction/feature-extraction.ts'
import { tabularClassification } from './tabular-classification/tabular-classification.ts'
import type { Task } from './task.ts'

/** Every task that is served. */
export const tasks: readonly Task[] = [featureExtraction, tabularClassification]

/** @throws AppError `unsupported_model` naming the tasks there are. */
export function taskNamed(name: string): Task {
  const task = tasks.find((one) => one.name === name || one.aliases.includes(name))
  if (task !== undefined) return task
  const known = tasks.flatMap((one) => [one.name, ...one.aliases])
  throw errors.unsupportedModel(`the task "${name}" is not served; it must be one of ${known.join(', ')}.`)
}
