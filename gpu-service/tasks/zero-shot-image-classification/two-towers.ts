import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import type { Towers } from '../../../shared/model/towers.ts'
import { localPath, readConfig } from '../../models/model-files.ts'
import { readOnnxGraph } from '../../models/onnx-graph.ts'
import { isFloatType } from '../float-tensors.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import type { ModelSource } from '../task.ts'
import { type ClipGraphs, type ClipTower, clipOutputs } from './clip-graphs.ts'
import type { Scoring } from './scoring.ts'

/**
 * CLIP's training ends at its upper bound for the scale, a weight of the joint graph that no file contains if the
 * towers are separate. Other models, such as SigLIP, end at different values.
 */
export const clipScoring: Scoring = { scale: 100, bias: 0, isCosine: true }
const modelTypes = ['clip', 'chinese_clip']
const config = z.object({ model_type: z.string().nullish() })

/** Opens a CLIP with a file for each tower. @throws AppError `unsupported_model` naming what is missing */
export async function twoTowers({ files, settings }: ModelSource, towers: Towers): Promise<ClipGraphs> {
  const kind = (await readConfig(files, 'config.json', config))?.model_type
  if (typeof kind !== 'string' || !modelTypes.includes(kind))
    throw errors.unsupportedModel(
      `"${towers.text}" and "${towers.vision}" do not contain the scale of their scores, which is known only for ${modelTypes.join(' and ')} (config.json says ${JSON.stringify(kind ?? null).slice(0, 100)}); export text and pictures into one file, too.`,
    )
  const towerOf = async (file: string, output: string): Promise<ClipTower & { width: unknown }> => {
    const graph = await readOnnxGraph(localPath(files, file)).catch((error) => {
      if (!(error instanceof RangeError)) throw error
      throw errors.unsupportedModel(`the file "${file}" is not an ONNX model: ${error.message}.`)
    })
    const found = graph.outputs.find(({ name, type }) => name === output && isFloatType(type))
    if (found === undefined)
      throw errors.unsupportedModel(`"${file}" has no output "${output}" of floats; export it with its projection.`)
    const { isolate } = settings
    return {
      file,
      path: localPath(files, file),
      inputs: graph.inputs,
      alone: runsAlone({ isolate, graph }),
      isolation: describeIsolation({ isolate, graph }),
      width: found.shape?.at(-1),
    }
  }
  const image = await towerOf(towers.vision, clipOutputs.image)
  const text = await towerOf(towers.text, clipOutputs.text)
  if (typeof image.width === 'number' && typeof text.width === 'number' && image.width !== text.width)
    throw errors.unsupportedModel(
      `"${image.file}" returns vectors of ${image.width} numbers and "${text.file}" of ${text.width}, which cannot be compared.`,
    )
  return { image, text }
}
