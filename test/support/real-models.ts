import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesIn } from './files-in.ts'

const beside = fileURLToPath(new URL('../../../shared/models', import.meta.url))
const minilm = 'sentence-transformers/all-MiniLM-L6-v2'

/**
 * Real weights with their reference answers: `$SLIPWAY_MODELS`, then the folder next to the project. They are too large
 * for the repository, so the tests that need them can be skipped.
 */
export const modelsFolder = [process.env.SLIPWAY_MODELS, beside].find(
  (folder) => folder !== undefined && existsSync(join(folder, minilm, 'onnx')),
)

const minilmFolder = modelsFolder && join(modelsFolder, minilm)

/** A file of a repo in a folder, to be served. */
export interface RealModel {
  repo: string
  file: string
  folder: string
}

export const minilmInt8 = findModel([minilmFolder], 'onnx/model_int8.onnx')

/** The fp32 file is made on demand: `$SLIPWAY_MINILM_FP32` is the folder that holds it with the rest of the repo. */
export const minilmFp32 = findModel([process.env.SLIPWAY_MINILM_FP32, minilmFolder], 'onnx/model.onnx')
export const fp32Path = minilmFp32 && join(minilmFp32.folder, minilmFp32.file)

function findModel(folders: (string | undefined)[], file: string): RealModel | undefined {
  const folder = folders.find((one) => one !== undefined && existsSync(join(one, file)))
  return folder === undefined ? undefined : { repo: minilm, file, folder }
}

interface MinilmReference {
  rows: { text: string; input_ids: number[]; vector: number[] }[]
}

export async function readMinilmReference(): Promise<MinilmReference> {
  if (modelsFolder === undefined) throw new Error('the real models are not there')
  return JSON.parse(await readFile(join(modelsFolder, 'reference/minilm.json'), 'utf8'))
}

/** The files needed to serve one graph of a real model. */
export async function realFiles({ folder, file }: RealModel): Promise<Record<string, Buffer>> {
  const files = await filesIn(folder)
  return Object.fromEntries(Object.entries(files).filter(([path]) => path === file || !path.endsWith('.onnx')))
}
