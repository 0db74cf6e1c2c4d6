import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { FloatType } from '../float-tensors.ts'
import type { Isolation } from '../task.ts'

/** The outputs of a CLIP as transformers exports it. */
export const clipOutputs = { image: 'image_embeds', text: 'text_embeds', score: 'logits_per_image' } as const

/** A CLIP in its parts, so that a picture is not run again for each label, nor a label for each picture. */
export interface ClipGraphs {
  image: ClipTower
  text: ClipTower
  /** What makes scores of the vectors of both; absent of a repo that has the two alone. */
  score?: { path: string; type: FloatType }
}

/** The half of a CLIP that makes vectors of pictures, or of texts. */
export interface ClipTower {
  /** What the repo calls the file that it is of. */
  file: string
  path: string
  inputs: OnnxHeader['inputs']
  /** Whether its inputs run alone, and what is said of that. */
  alone: boolean
  isolation: { batchInvariant: boolean; isolate: Isolation }
}
