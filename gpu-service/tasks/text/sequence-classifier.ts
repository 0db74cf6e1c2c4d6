import * as z from 'zod'
import type { Batcher } from '../../batcher/batcher.ts'
import type { CallOptions } from '../../batcher/call-options.ts'
import { localPath, readConfig } from '../../models/model-files.ts'
import { yieldTurnFor } from '../../yield-turn.ts'
import { fixedBatch, inFixedBatches } from '../fixed-batch.ts'
import { type Labels, readLabels } from '../label-scores.ts'
import type { ModelSource, OpenedTask } from '../task.ts'
import type { TaskModel } from '../task-model.ts'
import { type Answered, timingOf } from '../timing.ts'
import type { EncodedText } from './encoded-text.ts'
import type { TextInput } from './read-texts.ts'
import {
  assertNumbers,
  openTextModel,
  outputNamed,
  outputRows,
  type TextModel,
  tokenModel,
  warmUpRuns,
} from './text-model.ts'
import type { TokensCache } from './tokens-cache.ts'
import type { PairStrategy, Truncation } from './truncation.ts'

/** A longer list would only bloat `/info`. */
const labelsDescribedMax = 1000

/** One number per class. */
type Logits = Float32Array<ArrayBuffer>

/** A model that gives a text, or a pair, one number per class: classifiers, rerankers and NLI models. */
export interface SequenceClassifier {
  model: TextModel
  labels: Labels
  batches: TaskModel<EncodedText, Logits>
  /** The opened task without its `serve`. */
  opened: Omit<OpenedTask, 'serve'>
}

export async function openSequenceClassifier(asked: ModelSource): Promise<SequenceClassifier> {
  const source = await withoutPadding(asked)
  const { graph, file, files } = source
  const model = await openTextModel(source)
  const output = outputNamed({ graph, file, name: 'logits', rank: 2 })
  const classes = graph.outputs.find(({ name }) => name === output)?.shape?.at(-1)
  const labels = await readLabels(files, typeof classes === 'number' && classes > 0 ? classes : undefined)
  const batches = inFixedBatches(
    tokenModel<EncodedText, Logits>({
      model,
      outputs: [output],
      decode: (tensors, batch) => outputRows(tensors[output], batch.length).map(assertNumbers),
    }),
    fixedBatch(graph.inputs),
  )
  const rowOf = (ids: number[]) => ({ ids, typeIds: [] })
  return {
    model,
    labels,
    batches,
    opened: {
      graphs: { main: localPath(files, file) },
      describe: { ...model.describe, labels: labels.names.slice(0, labelsDescribedMax) },
      warmUp: warmUpRuns(batches, { ...model.texts, rowOf }),
    },
  }
}

const modelConfig = z.object({ model_type: z.string().nullish() })

/** XLNet's classifiers read the last position whatever it holds, so a text must not be padded at its end. */
async function withoutPadding(source: ModelSource): Promise<ModelSource> {
  const { files, settings } = source
  const { model_type: modelType } = (await readConfig(files, 'config.json', modelConfig)) ?? {}
  if (modelType !== 'xlnet' || settings.isolate !== 'auto') return source
  return { ...source, settings: { ...settings, isolate: 'always' } }
}

/** Classifies texts or pairs. */
export type AskClasses = (request: {
  inputs: readonly TextInput[]
  truncation: Truncation
  strategy?: PairStrategy
  pairTokensMax?: number | undefined
  options: CallOptions
}) => Promise<Answered & { logits: Logits[] }>

export function askClasses({ model, batcher }: AskedOf): AskClasses {
  return async ({ inputs, truncation, strategy, pairTokensMax, options }) => {
    const yieldTurn = yieldTurnFor(options.signal)
    const rows: EncodedText[] = []
    const cache: TokensCache = new Map()
    for (const { text, pair, param } of inputs) {
      rows.push(
        await model.encoder.encode({ text, pair, pairTokensMax, truncation, strategy, param, cache, yieldTurn }),
      )
      await yieldTurn()
    }
    const results = await batcher.submitAll(rows, options)
    return { logits: results.map(({ output }) => output), timing: timingOf(results), tokens: tokenCount(rows) }
  }
}

interface AskedOf {
  model: TextModel
  batcher: Batcher<EncodedText, Logits>
}

export const tokenCount = (rows: readonly { ids: { readonly length: number } }[]): number =>
  rows.reduce((total, { ids }) => total + ids.length, 0)
