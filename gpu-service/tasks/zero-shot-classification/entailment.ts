import * as z from 'zod'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import { applyFunction, type LabelScore } from '../label-scores.ts'

const config = z.object({
  label2id: z.record(z.string(), z.unknown()).nullish(),
  id2label: z.record(z.string(), z.unknown()).nullish(),
})

/** Returns the class for entailment, or the last one if config.json does not name it. */
export async function readEntailmentId(files: ModelFiles, classCount: number): Promise<number> {
  const { label2id, id2label } = (await readConfig(files, 'config.json', config)) ?? {}
  const ids = Object.entries(label2id ?? {}).map(([name, id]) => [name, Number(id)] as const)
  for (const [id, name] of Object.entries(id2label ?? {})) ids.push([String(name), Number(id)])
  const named = ids.find(
    ([name, id]) => name.toLowerCase().startsWith('entail') && Number.isInteger(id) && id >= 0 && id < classCount,
  )
  return named?.[1] ?? classCount - 1
}

/**
 * Scores the labels of one text in descending order: a softmax over their entailment logits, or with `multiLabel`, or a
 * single label, entailment against contradiction for each label.
 */
export function labelShares({ logits, labels, entailmentId, multiLabel }: LabelShares): LabelScore[] {
  const follows = logits.map((row) => row[entailmentId] ?? Number.NaN)
  const scores =
    multiLabel || labels.length === 1
      ? logits.map((row, index) => {
          const contradicts = row.at(entailmentId === 0 ? -1 : 0) ?? Number.NaN
          return applyFunction([contradicts, follows[index] ?? Number.NaN], 'softmax')[1] ?? Number.NaN
        })
      : applyFunction(follows, 'softmax')
  return labels.map((label, index) => ({ label, score: scores[index] ?? Number.NaN })).sort((a, b) => b.score - a.score)
}

interface LabelShares {
  /** The logits of each label, in order. */
  logits: readonly Float32Array[]
  labels: readonly string[]
  entailmentId: number
  multiLabel: boolean
}
