import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesIn } from './folders.ts'

const beside = fileURLToPath(new URL('../../../../../shared/models', import.meta.url))
const minilm = 'sentence-transformers/all-MiniLM-L6-v2'

/** Where real weights may be: they are too large for the repository, so the tests that need them can be skipped. */
const modelFolders = [process.env.SLIPWAY_MODELS, beside].filter((folder) => folder !== undefined)
const fp32Folders = [process.env.SLIPWAY_MINILM_FP32, ...modelFolders.map((folder) => join(folder, minilm))].filter(
  (folder) => folder !== undefined,
)

export interface RealModel {
  repo: string
  file: string
  folder: string
}

export const minilmInt8 = findModel(
  modelFolders.map((folder) => join(folder, minilm)),
  'onnx/model_int8.onnx',
)
export const minilmFp32 = findModel(fp32Folders, 'onnx/model.onnx')

function findModel(folders: string[], file: string): RealModel | undefined {
  const folder = folders.find((one) => existsSync(join(one, file)))
  return folder === undefined ? undefined : { repo: minilm, file, folder }
}

export interface MinilmReference {
  rows: { text: string; input_ids: number[]; vector: number[] }[]
}

export async function readMinilmReference(): Promise<MinilmReference> {
  const path = modelFolders.map((folder) => join(folder, 'reference/minilm.json')).find((one) => existsSync(one))
  if (path === undefined) throw new Error('reference/minilm.json is not there')
  return JSON.parse(await readFile(path, 'utf8'))
}

/** The files of a real model that serving one of its graphs takes. */
export async function realFiles({ folder, file }: RealModel): Promise<Record<string, Buffer>> {
  const files = await filesIn(folder)
  return Object.fromEntries(Object.entries(files).filter(([path]) => path === file || !path.endsWith('.onnx')))
}
