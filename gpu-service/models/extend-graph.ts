import { appendFile, constants, copyFile, stat } from 'node:fs/promises'
import { derivedFile } from './derived-file.ts'
import { type GraphOutline, readOutline } from './graph-outline.ts'

/** A file that cannot be extended, for a reason of its own. */
export class GraphNotExtended extends Error {
  override name = 'GraphNotExtended'
}

/** The prefix of every name that this service adds to a graph. */
const ownNames = 'slipway_'

/** Protobuf's limit for a message; larger models have their weights in files of their own. */
const messageMaxBytes = 2 ** 31 - 1

/**
 * Writes a copy of an ONNX file with additional nodes. Protobuf merges concatenated messages, so the nodes are appended
 * without parsing any weights. @throws GraphNotExtended
 */
export const extendGraph = ({ path, pieces }: { path: string; pieces: Buffer }): Promise<string> =>
  derivedFile({
    path,
    recipe: pieces,
    async write(target) {
      const { size } = await stat(path)
      if (size + pieces.length > messageMaxBytes)
        throw new GraphNotExtended('with further nodes the file would be larger than the 2 GB of an ONNX file')
      const taken = await nameTaken(path)
      if (taken !== undefined) throw new GraphNotExtended(`the graph already has the name "${taken}"`)
      await copyFile(path, target, constants.COPYFILE_FICLONE)
      await appendFile(target, pieces)
    },
  })

async function nameTaken(path: string): Promise<string | undefined> {
  const { nodes, weights, inputs } = await readOutline(path).catch(notExtended)
  const names = [...nodes.flatMap(({ outputs }) => outputs), ...[...weights, ...inputs].map(({ name }) => name)]
  return names.find((name) => name.startsWith(ownNames))
}

function notExtended(error: unknown): GraphOutline {
  if (!(error instanceof RangeError)) throw error
  throw new GraphNotExtended(error.message)
}
