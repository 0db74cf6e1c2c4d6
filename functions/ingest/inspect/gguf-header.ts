import type { GgufMetadata } from '../../../shared/contract/repo.ts'
import type { ByteReader } from '../../../shared/onnx/byte-reader.ts'
import { GgufValues } from './gguf-values.ts'

/** A vocabulary of 262,000 tokens with merges takes 16 MB. */
const headMaxBytes = 24 * 1024 ** 2
const fieldsMax = 10_000
const tensorsMax = 100_000
const dimensionsMax = 8

export interface GgufHeader extends Omit<GgufMetadata, 'path' | 'fault'> {
  /** The models it was made from, as Hub repos. */
  baseModels: string[]
}

/** Reads the metadata of a GGUF file in one request. @throws RangeError for any other file */
export async function readGgufHeader(reader: ByteReader): Promise<GgufHeader> {
  const bytes = await reader.take(Math.min(reader.sizeBytes, headMaxBytes))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.byteLength < 24 || Buffer.from(bytes.subarray(0, 4)).toString('latin1') !== 'GGUF')
    throw new RangeError('it is no GGUF file')
  const version = view.getUint32(4, true)
  if (version < 1 || version > 3) throw new RangeError(`its version ${version} is not known`)
  const values = new GgufValues({ bytes, position: 8, version })
  const tensors = values.count()
  const fields = values.count()
  if (!(tensors <= tensorsMax && fields <= fieldsMax)) throw new RangeError('it claims more than any model has')

  const said = new Map<string, number | string | boolean>()
  let parameters: number | undefined
  try {
    for (let at = 0; at < fields; at += 1) {
      const name = values.text()
      const value = values.value(values.uint32())
      if (value !== undefined) said.set(name, value)
    }
    parameters = countWeights(values, tensors)
  } catch (error) {
    // The fields before an overlong vocabulary are enough to identify the model.
    if (said.get('general.architecture') === undefined || reader.sizeBytes <= headMaxBytes) throw error
  }
  return { ...summaryOf(said), ...(parameters !== undefined && parameters > 0 && { parameters }) }
}

function countWeights(values: GgufValues, tensors: number): number {
  let weights = 0
  for (let at = 0; at < tensors; at += 1) {
    values.text()
    const dimensions = values.uint32()
    if (dimensions > dimensionsMax) throw new RangeError(`a tensor has ${dimensions} dimensions`)
    let size = 1
    for (let dimension = 0; dimension < dimensions; dimension += 1) size *= values.count()
    weights += size
    values.uint32()
    values.wide()
  }
  if (!Number.isSafeInteger(weights)) throw new RangeError('it claims more weights than can be counted')
  return weights
}

function summaryOf(said: ReadonlyMap<string, number | string | boolean>): GgufHeader {
  const architecture = said.get('general.architecture')
  const contextLength = said.get(`${architecture}.context_length`)
  const fileType = said.get('general.file_type')
  const quantization = typeof fileType === 'number' ? fileTypes[fileType] : undefined
  const bases = [...said].flatMap(([name, value]) => (baseModelUrl.test(name) ? [repoOf(value)] : []))
  return {
    ...(typeof architecture === 'string' && { architecture }),
    ...(Number.isSafeInteger(contextLength) && { contextLength: contextLength as number }),
    ...(quantization !== undefined && { quantization }),
    hasChatTemplate: said.has('tokenizer.chat_template'),
    baseModels: bases.filter((base) => base !== undefined),
  }
}

const baseModelUrl = /^general\.base_model\.\d+\.repo_url$/

const repoOf = (url: unknown): string | undefined =>
  typeof url === 'string' ? /^https:\/\/huggingface\.co\/([\w.-]+\/[\w.-]+)\/?$/.exec(url)?.[1] : undefined

/** `enum llama_ftype` of llama.cpp by number, as in npm @huggingface/tasks `GGMLFileQuantizationType`. */
const fileTypes =
  'F32 F16 Q4_0 Q4_1 Q4_1_SOME_F16 Q4_2 Q4_3 Q8_0 Q5_0 Q5_1 Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_K_S Q4_K_M Q5_K_S Q5_K_M Q6_K IQ2_XXS IQ2_XS Q2_K_S IQ3_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ3_M IQ2_S IQ2_M IQ4_XS IQ1_M BF16 Q4_0_4_4 Q4_0_4_8 Q4_0_8_8 TQ1_0 TQ2_0 MXFP4_MOE NVFP4 Q1_0 Q2_0'.split(
    ' ',
  )
