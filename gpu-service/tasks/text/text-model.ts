import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { EngineCall, Tensor, Tensors } from '../../engine/engine.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import type { ModelSource } from '../task.ts'
import type { TaskModel, WarmUpRun } from '../task-model.ts'
import { idsKey } from './ids-key.ts'
import { openTokenizer } from './open-tokenizer.ts'
import { createTextEncoder, type TextEncoder } from './text-encoder.ts'
import { readTextSettings, type TextSettings } from './text-settings.ts'
import { readTokenInputs, type TokenInputs, type TokenRow, tokenTensors } from './token-tensors.ts'
import type { TextTokenizer } from './tokenizer.ts'

/** What every model that reads tokens needs. */
export interface TextModel {
  tokenizer: TextTokenizer
  texts: TextSettings
  encoder: TextEncoder
  inputs: TokenInputs
  source: ModelSource
  /** Its fields in `/info`. */
  describe: Record<string, unknown>
}

/** @throws AppError `unsupported_model` naming what is missing. */
export async function openTextModel(source: ModelSource): Promise<TextModel> {
  const { files, file, graph, settings } = source
  const tokenizer = await openTokenizer(files, settings.slowTexts)
  const inputs = readTokenInputs({ graph, file })
  const texts = await readTextSettings({ files, tokenizer, inputs })
  return {
    tokenizer,
    texts,
    encoder: createTextEncoder({ tokenizer, maxTokens: texts.maxTokens }),
    inputs,
    source,
    describe: { maxTokens: texts.maxTokens, ...describeIsolation({ isolate: settings.isolate, graph }) },
  }
}

/** A CPU is fastest at a few hundred tokens per run and slower beyond; only thousands fill a GPU. */
const limits = { cpu: { costMax: 384, itemsMax: 64 }, cuda: { costMax: 16_384, itemsMax: 512 } }

/** Batches token rows into tensors, padded to the longest row. */
export function tokenModel<Row extends TokenRow, Output>(options: TokenModel<Row, Output>): TaskModel<Row, Output> {
  const { model, outputs, decode, keyOf = rowKey } = options
  const { inputs, texts, source } = model
  const { costMax, itemsMax } = limits[source.settings.device]
  const alone = runsAlone({ isolate: source.settings.isolate, graph: source.graph })
  const { padTokenId, positionOffset } = texts
  return {
    graph: 'main',
    // A row without tokens (an empty text without special tokens) is all padding, but still costs a run.
    sizeOf: ({ ids }) => inputs.width ?? Math.max(1, ids.length),
    tokensOf: ({ ids }) => ids.length,
    costMax,
    itemsMax: alone ? 1 : itemsMax,
    keyOf,
    encode: (batch): EngineCall => ({ inputs: tokenTensors({ inputs, batch, padTokenId, positionOffset }), outputs }),
    decode,
  }
}

interface TokenModel<Row extends TokenRow, Output> {
  model: TextModel
  outputs: readonly string[]
  keyOf?: ((row: Row) => string) | undefined
  decode(tensors: Tensors, batch: readonly Row[]): Output[]
}

/** Rows with the same tokens have the same answer. */
export const rowKey = ({ ids, typeIds = [] }: TokenRow): string => `${typeIds.lastIndexOf(0)}/${idsKey(ids)}`

/** One token, then batches of up to 16 texts of 24 and of 128 tokens. */
export function warmUpRuns<Row extends TokenRow, Output>(
  { encode, costMax, itemsMax }: TaskModel<Row, Output>,
  { maxTokens, padTokenId, rowOf }: WarmUpTexts<Row>,
): WarmUpRun[] {
  return [1, 24, 128].map((asked) => {
    const length = Math.min(asked, maxTokens)
    const count = asked === 1 ? 1 : Math.max(1, Math.min(16, itemsMax, Math.floor(costMax / length)))
    const row = rowOf(Array<number>(length).fill(padTokenId))
    return { graph: 'main', cost: length * count, call: () => encode(Array<Row>(count).fill(row)) }
  })
}

interface WarmUpTexts<Row> extends Pick<TextSettings, 'maxTokens' | 'padTokenId'> {
  rowOf: (ids: number[]) => Row
}

/** Returns the output with the usual name, else the only one of that rank. @throws AppError `unsupported_model` */
export function outputNamed({ graph, file, name, rank }: OutputNamed): string {
  const alike = graph.outputs.filter(({ type, shape }) => type.startsWith('float') && shape?.length === rank)
  const found = graph.outputs.find((output) => output.name === name) ?? (alike.length === 1 ? alike[0] : undefined)
  if (found === undefined)
    throw errors.unsupportedModel(
      `"${file}" has no output "${name}"; it has ${graph.outputs.map((output) => output.name).join(', ')}.`,
    )
  if (found.type === 'float32') return found.name
  throw errors.unsupportedModel(`the output "${found.name}" of "${file}" is ${found.type}; float32 is served.`)
}

interface OutputNamed {
  graph: Pick<OnnxHeader, 'outputs'>
  file: string
  name: string
  rank: number
}

/** The rows of an output, one per text, as views of its buffer. */
export function outputRows(tensor: Tensor | undefined, count: number): Float32Array<ArrayBuffer>[] {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('the output is not float32')
  const { data } = tensor
  const width = data.length / count
  return Array.from({ length: count }, (_, row) => data.subarray(row * width, (row + 1) * width))
}

/** NaN would reach the caller as null. @throws AppError `inference_failed` */
export function assertNumbers<Row extends Float32Array>(row: Row): Row {
  // A vocabulary has up to 250,000 entries: calling a function for each takes four times as long.
  for (let index = 0; index < row.length; index++)
    if (Number.isNaN(row[index])) throw errors.inferenceFailed('its output contains NaN.')
  return row
}
