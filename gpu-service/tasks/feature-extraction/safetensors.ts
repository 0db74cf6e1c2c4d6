import { open } from 'node:fs/promises'
import * as z from 'zod'
import { plainIssues } from '../../../shared/plain-issues.ts'

const header = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.number().int().nonnegative()),
    data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
  }),
)
const headerMaxBytes = 1024 ** 2

export interface WeightTensor {
  shape: readonly number[]
  data: Float32Array<ArrayBuffer>
}

/** Reads the tensors of a small safetensors file as float32. @throws RangeError if it is invalid. */
export async function readSafetensors(path: string): Promise<Map<string, WeightTensor>> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const lengthBytes = await read(0, Math.min(8, size))
    const length = lengthBytes.length < 8 ? Number.NaN : Number(lengthBytes.readBigUInt64LE(0))
    if (!(length <= headerMaxBytes && 8 + length <= size)) throw new RangeError('it is not a safetensors file')
    const { __metadata__: _metadata, ...listed } = JSON.parse((await read(8, length)).toString())
    const tensors = new Map<string, WeightTensor>()
    for (const [name, { dtype, shape, data_offsets }] of Object.entries(header.parse(listed, plainIssues))) {
      const [start, end] = data_offsets
      if (end < start || 8 + length + end > size) throw new RangeError(`"${name}" lies outside of the file`)
      const data = asFloats(dtype, await read(8 + length + start, end - start))
      if (data.length !== shape.reduce((product, one) => product * one, 1))
        throw new RangeError(`"${name}" has ${data.length} values, which does not match its shape`)
      tensors.set(name, { shape, data })
    }
    return tensors
  } finally {
    await file.close()
  }

  async function read(position: number, bytes: number): Promise<Buffer<ArrayBuffer>> {
    const content = Buffer.alloc(bytes)
    const { bytesRead } = await file.read(content, 0, bytes, position)
    return content.subarray(0, bytesRead)
  }
}

/** The format is little-endian, as is every machine that this runs on. */
function asFloats(dtype: string, { buffer, byteOffset, byteLength }: Buffer<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength)
  if (dtype === 'F32' && byteLength % 4 === 0) return new Float32Array(bytes)
  if (dtype === 'F16' && byteLength % 2 === 0) return Float32Array.from(new Float16Array(bytes))
  // A bfloat16 is the upper half of a float32.
  if (dtype === 'BF16' && byteLength % 2 === 0)
    return new Float32Array(Uint32Array.from(new Uint16Array(bytes), (half) => half << 16).buffer)
  throw new RangeError(`weights of the type ${dtype} are not read`)
}
