import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256File } from './sha256-file.ts'

/** The files in the folder of a mapped graph. */
export const [graphFile, weightsFile] = ['graph.onnx', 'weights.bin'] as const
const sumsFile = 'sha256.json'

export const writeSums = (folder: string): Promise<void> =>
  writeFile(join(folder, sumsFile), JSON.stringify(sumsOf(folder)))

/** Whether the files are intact: corrupted weights would give wrong answers, not errors. */
export async function isWhole(folder: string): Promise<boolean> {
  try {
    return (await readFile(join(folder, sumsFile), 'utf8')) === JSON.stringify(sumsOf(folder))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

const sumsOf = (folder: string) => ({
  graph: sha256File(join(folder, graphFile)),
  weights: sha256File(join(folder, weightsFile)),
})
