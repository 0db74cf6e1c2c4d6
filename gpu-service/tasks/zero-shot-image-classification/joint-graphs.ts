import { errors } from '../../../shared/errors.ts'
import { localPath } from '../../models/model-files.ts'
import { type GraphPart, pruneGraph } from '../../models/prune-graph.ts'
import { isFloatType } from '../float-tensors.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import type { ModelSource } from '../task.ts'
import { type ClipGraphs, type ClipTower, clipOutputs } from './clip-graphs.ts'

/** Splits a single file into three parts. @throws AppError `unsupported_model` naming the missing output. */
export async function jointGraphs({ files, file, graph, settings }: ModelSource): Promise<ClipGraphs> {
  const { image, text, score } = clipOutputs
  for (const name of [image, text, score])
    if (!graph.outputs.some((output) => output.name === name && isFloatType(output.type)))
      throw errors.unsupportedModel(
        `"${file}" has no output "${name}" of floats; export text and pictures into one file, or as text_model.onnx and vision_model.onnx.`,
      )
  const path = localPath(files, file)
  const cut = (part: GraphPart) =>
    pruneGraph({ path, part }).catch((error) => {
      // Other errors, such as a full disk, are not the file's fault.
      if (!(error instanceof RangeError)) throw error
      throw errors.unsupportedModel(`"${file}" could not be split: ${error.message}.`)
    })
  const towerOf = async (output: string): Promise<ClipTower> => {
    const part = await cut({ outputs: [output] })
    const { isolate } = settings
    return {
      file,
      path: part.path,
      inputs: graph.inputs.filter(({ name }) => part.inputs.includes(name)),
      alone: runsAlone({ isolate, graph }),
      isolation: describeIsolation({ isolate, graph }),
    }
  }
  const scorePart = await cut({ outputs: [score], given: [text, image] })
  if (scorePart.inputs.toSorted().join() !== [image, text].toSorted().join())
    throw errors.unsupportedModel(`"${file}" computes its scores from more than the vectors of pictures and texts.`)
  const isHalf = graph.outputs.some(({ name, type }) => name === text && type === 'float16')
  return {
    image: await towerOf(image),
    text: await towerOf(text),
    score: { path: scorePart.path, type: isHalf ? 'float16' : 'float32' },
  }
}
