import { open } from 'node:fs/promises'
import { ByteReader } from '../../shared/onnx/byte-reader.ts'
import { type OnnxHeader, readOnnxHeader } from '../../shared/onnx/onnx-header.ts'

/** What an ONNX file on this disk says of itself, read without its weights. @throws RangeError where it is none. */
export async function readOnnxGraph(path: string): Promise<OnnxHeader> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const read = async ({ start, end }: { start: number; end: number }) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start + 1), 0, end - start + 1, start)
      return buffer.subarray(0, bytesRead)
    }
    return await readOnnxHeader(new ByteReader({ sizeBytes: size, read }))
  } finally {
    await file.close()
  }
}
