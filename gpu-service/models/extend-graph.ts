import { createHash, randomUUID } from 'node:crypto'
import { appendFile, constants, copyFile, rename, rm, stat } from 'node:fs/promises'

/**
 * Writes an ONNX file with further nodes beside the one it extends, so that weights kept in other files are found.
 * Protobuf merges concatenated messages, so the bytes of both together are the larger model; no weight is parsed.
 */
export async function extendGraph({ path, pieces }: { path: string; pieces: Buffer }): Promise<string> {
  const name = createHash('sha256').update(pieces).digest('hex').slice(0, 12)
  const target = `${path}.${name}.onnx`
  const { size } = await stat(path)
  const held = await stat(target).catch(() => undefined)
  if (held?.size === size + pieces.length) return target
  const partial = `${target}.${randomUUID()}.partial`
  try {
    await copyFile(path, partial, constants.COPYFILE_FICLONE)
    await appendFile(partial, pieces)
    await rename(partial, target)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
  return target
}
