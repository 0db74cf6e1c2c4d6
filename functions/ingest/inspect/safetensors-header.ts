import * as z from 'zod'
import type { ByteReader } from '../../../shared/onnx/byte-reader.ts'

const headerMaxBytes = 25 * 1024 ** 2

const header = z.record(z.string(), z.unknown())
const tensor = z.object({ dtype: z.string(), shape: z.array(z.number().int().nonnegative()) })

/**
 * How many weights a safetensors file holds, from its JSON header
 * (github.com/huggingface/safetensors, "Format"). @throws Error where it is no safetensors file.
 */
export async function countParameters(reader: ByteReader): Promise<number> {
  const prefix = await reader.take(8)
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true)
  if (length > BigInt(headerMaxBytes)) throw new RangeError('its header is larger than 25 MiB')
  const json: unknown = JSON.parse(new TextDecoder().decode(await reader.take(Number(length))))
  let count = 0
  for (const [name, value] of Object.entries(header.parse(json)))
    if (name !== '__metadata__') count += tensor.parse(value).shape.reduce((product, size) => product * size, 1)
  if (!Number.isSafeInteger(count)) throw new RangeError('it claims more weights than can be counted')
  return count
}
