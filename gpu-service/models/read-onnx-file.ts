import { open } from 'node:fs/promises'
import { ByteReader } from '../../shared/onnx/byte-reader.ts'

/** Reads the parts of an ONNX file that `use` visits, without its weights. */
export async function readOnnxFile<Found>(path: string, use: (reader: ByteReader) => Promise<Found>): Promise<Found> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const read = async ({ start, end }: { start: number; end: number }) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start + 1), 0, end - start + 1, start)
      return buffer.subarray(0, bytesRead)
    }
    return await use(new ByteReader({ sizeBytes: size, read }))
  } finally {
    await file.close()
  }
}
