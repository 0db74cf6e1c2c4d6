import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const beside = fileURLToPath(new URL('../../../shared/models', import.meta.url))
const minilm = 'sentence-transformers/all-MiniLM-L6-v2'

/** Real weights with their reference answers: `$SLIPWAY_MODELS`, then the folder beside the project. */
export const modelsFolder = [process.env.SLIPWAY_MODELS, beside].find(
  (folder) => folder !== undefined && existsSync(join(folder, minilm, 'onnx')),
)

/** The fp32 file of MiniLM, which is made on demand: `$SLIPWAY_MINILM_FP32` is the folder that holds `onnx/model.onnx`. */
export const fp32Path = [process.env.SLIPWAY_MINILM_FP32, modelsFolder && join(modelsFolder, minilm)]
  .filter((folder) => folder !== undefined)
  .map((folder) => join(folder, 'onnx/model.onnx'))
  .find((path) => existsSync(path))
