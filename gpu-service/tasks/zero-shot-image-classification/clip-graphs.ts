import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { FloatType } from '../float-tensors.ts'
import type { Isolation } from '../isolation.ts'

/** The outputs of a CLIP as transformers exports it. */
export const clipOutputs = { image: 'image_embeds', text: 'text_embeds', score: 'logits_per_image' } as const

/** A CLIP in parts, so that a picture is not run again for each label, nor a label for each picture. */
export interface ClipGraphs {
  image: ClipTower
  text: ClipTower
  /** Computes scores from the vectors of both; absent if the repo has only the towers. */
  score?: { path: string; type: FloatType }
}

/** The part of a CLIP that computes vectors of pictures, or of texts. */
export interface ClipTower {
  /** The path in the repo of the file that it comes from. */
  file: string
  path: string
  inputs: OnnxHeader['inputs']
  /** Whether its inputs run alone, and how `/info` describes it. */
  alone: boolean
  isolation: { batchInvariant: boolean; isolate: Isolation }
}
