import { errors, messageOf } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { localPath, type ModelFiles } from '../../models/model-files.ts'
import { type GraphPart, pruneGraph } from '../../models/prune-graph.ts'
import { type FloatType, isFloatType } from '../float-tensors.ts'

/** The outputs of a CLIP as transformers exports it. */
export const clipOutputs = { image: 'image_embeds', text: 'text_embeds', score: 'logits_per_image' } as const

/** One file in three parts, so that a picture is not run again for each label, nor a label for each picture. */
export interface ClipGraphs {
  image: string
  text: string
  /** Makes scores of the vectors of both. */
  score: string
  /** Of the vectors. */
  type: FloatType
  imageInputs: OnnxHeader['inputs']
  textInputs: OnnxHeader['inputs']
}

/** @throws AppError `unsupported_model` naming the output that is missing. */
export async function clipGraphs({ files, file, graph }: ClipGraphsInput): Promise<ClipGraphs> {
  const { image, text, score } = clipOutputs
  for (const name of [image, text, score])
    if (!graph.outputs.some((output) => output.name === name && isFloatType(output.type)))
      throw errors.unsupportedModel(
        `"${file}" has no output "${name}" of floats; export text and pictures into one file, as optimum does.`,
      )
  const path = localPath(files, file)
  const cut = (part: GraphPart) =>
    pruneGraph({ path, part }).catch((error) => {
      throw errors.unsupportedModel(`"${file}" could not be taken apart: ${messageOf(error)}.`)
    })
  const imagePart = await cut({ outputs: [image] })
  const textPart = await cut({ outputs: [text] })
  const scorePart = await cut({ outputs: [score], given: [text, image] })
  if (scorePart.inputs.toSorted().join() !== [image, text].toSorted().join())
    throw errors.unsupportedModel(`"${file}" makes its scores of more than the vectors of pictures and texts.`)
  const inputsOf = (names: readonly string[]) => graph.inputs.filter(({ name }) => names.includes(name))
  return {
    image: imagePart.path,
    text: textPart.path,
    score: scorePart.path,
    type: graph.outputs.some(({ name, type }) => name === text && type === 'float16') ? 'float16' : 'float32',
    imageInputs: inputsOf(imagePart.inputs),
    textInputs: inputsOf(textPart.inputs),
  }
}

interface ClipGraphsInput {
  files: ModelFiles
  file: string
  graph: OnnxHeader
}
