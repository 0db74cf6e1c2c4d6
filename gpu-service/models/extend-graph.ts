import { appendFile, constants, copyFile } from 'node:fs/promises'
import { derivedFile } from './derived-file.ts'

/**
 * Writes an ONNX file with further nodes beside the one it extends. Protobuf merges concatenated messages, so the bytes
 * of both together are the larger model; no weight is parsed.
 */
export const extendGraph = ({ path, pieces }: { path: string; pieces: Buffer }): Promise<string> =>
  derivedFile({
    path,
    recipe: pieces,
    async write(target) {
      await copyFile(path, target, constants.COPYFILE_FICLONE)
      await appendFile(target, pieces)
    },
  })
