import * as z from 'zod'
import { errors } from '../../shared/errors.ts'
import { type ModelFiles, readConfig } from '../models/model-files.ts'

export interface LabelScore {
  label: string
  score: number
}

export const scoreFunctions = ['softmax', 'sigmoid', 'none'] as const
export type ScoreFunction = (typeof scoreFunctions)[number]

/** The names of a classifier's classes, and how its numbers become scores by default. */
export interface Labels {
  names: readonly string[]
  defaultFunction: ScoreFunction
}

/** More than any classifier has; each needs a name in memory. */
const classesMax = 1_000_000

const config = z.object({
  /** A name may be a number. */
  id2label: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).nullish(),
  num_labels: z.number().int().min(1).nullish(),
  problem_type: z.string().nullish(),
})

/** Reads them from config.json; classes without a name are named as in transformers. */
export async function readLabels(files: ModelFiles, count: number | undefined): Promise<Labels> {
  const { id2label, num_labels, problem_type } = (await readConfig(files, 'config.json', config)) ?? {}
  const highest = Object.keys(id2label ?? {}).reduce((most, id) => Math.max(most, Number(id) || 0), -1)
  const size = count ?? num_labels ?? highest + 1
  if (size > classesMax) throw errors.unsupportedModel(`it has ${size} classes; the limit is ${classesMax}.`)
  if (size < 1) throw errors.unsupportedModel('neither the graph nor config.json declares the number of classes.')
  const names = Array.from({ length: size }, (_, id) => id2label?.[String(id)] ?? unnamed(id))
  return { names, defaultFunction: defaultFunction({ problemType: problem_type, size }) }
}

const unnamed = (id: number): string => `LABEL_${id}`

/**
 * As in transformers: a regression's number is its answer, and a single class is scored by sigmoid, whatever its name.
 */
function defaultFunction({
  problemType,
  size,
}: {
  problemType: string | null | undefined
  size: number
}): ScoreFunction {
  if (problemType === 'regression') return 'none'
  return problemType === 'multi_label_classification' || size === 1 ? 'sigmoid' : 'softmax'
}

interface ScoreOptions {
  apply: ScoreFunction
  topK: number
}

/** Parses `top_k` and `function_to_apply`, as Hugging Face's clients send them. @throws AppError `invalid_input` */
export function readScoreOptions(parameters: Record<string, unknown>, defaults: ScoreOptions): ScoreOptions {
  const { top_k: topK, function_to_apply: apply } = parameters
  if (topK !== undefined && topK !== null && !(typeof topK === 'number' && Number.isInteger(topK) && topK >= 1))
    throw errors.invalidInput('"top_k" must be a whole number, at least 1.', 'top_k')
  const named = scoreFunctions.find((name) => name === apply)
  if (apply !== undefined && apply !== null && named === undefined)
    throw errors.invalidInput(`"function_to_apply" must be one of ${scoreFunctions.join(', ')}.`, 'function_to_apply')
  return { topK: topK ?? defaults.topK, apply: named ?? defaults.apply }
}

/** The scores in descending order, for every number that the model returns, named or not. */
export function labelScores({ logits, names, apply, topK }: LabelScores): LabelScore[] {
  return applyFunction(logits, apply)
    .map((score, index) => ({ label: names[index] ?? unnamed(index), score }))
    .sort((a, b) => b.score - a.score)
    .slice(0, topK)
}

interface LabelScores extends ScoreOptions {
  logits: ArrayLike<number>
  names: readonly string[]
}

export function applyFunction(logits: ArrayLike<number>, apply: ScoreFunction): number[] {
  const numbers = Array.from(logits)
  if (apply === 'none') return numbers
  if (apply === 'sigmoid') return numbers.map((value) => 1 / (1 + Math.exp(-value)))
  const highest = numbers.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const parts = numbers.map((value) => Math.exp(value - highest))
  const total = parts.reduce((sum, value) => sum + value, 0)
  return parts.map((value) => value / total)
}
