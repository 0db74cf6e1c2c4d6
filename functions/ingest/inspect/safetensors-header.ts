import * as z from 'zod'
import type { ByteReader } from '../../../shared/onnx/byte-reader.ts'
import { jsonMembers } from './json-members.ts'

/** The format's own limit (github.com/huggingface/safetensors, "Format"). */
const headerMaxBytes = 100_000_000
const typesMax = 64

const tensor = z.object({
  dtype: z.string().regex(/^[A-Z][A-Z0-9_]{0,31}$/),
  shape: z.array(z.number().int().nonnegative()).max(64),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
})

/** The number of weights of each type. */
type ParametersByType = Map<string, number>

/**
 * Counts the weights of a safetensors file by its JSON header, and checks that the file is long enough for them.
 * @throws Error for any other file
 */
export async function countParameters(reader: ByteReader): Promise<ParametersByType> {
  const prefix = await reader.take(8)
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true)
  if (length > BigInt(headerMaxBytes)) throw new RangeError(`its header is larger than ${headerMaxBytes} bytes`)
  const end = 8 + Number(length)
  const weightsBytes = reader.sizeBytes - end
  if (weightsBytes < 0) throw new RangeError('the file ends in its header')
  const counts: ParametersByType = new Map()
  for await (const [name, value] of jsonMembers({ reader, end })) {
    if (name === '__metadata__') continue
    const {
      dtype,
      shape,
      data_offsets: offsets,
    } = tensor.parse(value, { error: () => 'a tensor is described wrongly' })
    if (offsets[1] < offsets[0] || offsets[1] > weightsBytes)
      throw new RangeError('it claims more weights than it holds')
    const count = shape.reduce((product, size) => product * size, 1)
    // No type has fewer than four bits per weight.
    if (count > 2 * (offsets[1] - offsets[0])) throw new RangeError('it claims more weights than it holds')
    counts.set(dtype, (counts.get(dtype) ?? 0) + count)
    if (counts.size > typesMax) throw new RangeError(`it has more than ${typesMax} types of weights`)
  }
  return counts
}
