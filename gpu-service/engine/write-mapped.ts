import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { leftOutFusions, withoutFusions } from './left-out-fusions.ts'
import { graphFile, weightsFile, writeSums } from './mapped-files.ts'
import { areAligned } from './prepacked-weights.ts'

/**
 * Smaller weights stay in the graph, which every session copies. Weights of odd lengths misalign those behind them, and
 * most of them are small.
 */
const weightBytesMin = [1024, 16 * 1024]
/** A graph that keeps more inside is no better than the original file. */
const graphBytesMax = 64 * 1024 ** 2

/**
 * Writes a model's graph into a folder, with its weights in a separate file, prepacked for this machine's kernels if they
 * end up aligned.
 */
export async function writeMapped({ path, folder }: { path: string; folder: string }): Promise<void> {
  await layOut({ path, folder })
  await writeSums(folder)
}

async function layOut({ path, folder }: { path: string; folder: string }): Promise<void> {
  for (const sizeBytesMin of weightBytesMin) {
    await write({ path, folder, sizeBytesMin, prepacked: true })
    if (await isUsable(join(folder, graphFile))) return
  }
  await write({ path, folder, sizeBytesMin: Math.min(...weightBytesMin), prepacked: false })
}

async function isUsable(graph: string): Promise<boolean> {
  return (await stat(graph)).size <= graphBytesMax && areAligned(await readFile(graph, 'latin1'))
}

interface Written {
  path: string
  folder: string
  sizeBytesMin: number
  prepacked: boolean
}

async function write({ path, folder, sizeBytesMin, prepacked }: Written): Promise<void> {
  for (const name of [graphFile, weightsFile]) await rm(join(folder, name), { force: true })
  const session = await InferenceSession.create(path, {
    logSeverityLevel: 4,
    optimizedModelFilePath: join(folder, graphFile),
    extra: {
      // Only engines on a CPU map weights.
      ...withoutFusions(await leftOutFusions({ path, device: 'cpu' })),
      session: {
        optimized_model_external_initializers_file_name: weightsFile,
        optimized_model_external_initializers_min_size_in_bytes: String(sizeBytesMin),
        save_external_prepacked_constant_initializers: prepacked ? '1' : '0',
      },
    },
  })
  await session.release()
}
