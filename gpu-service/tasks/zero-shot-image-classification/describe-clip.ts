import type { ClipGraphs } from './clip-graphs.ts'
import { clipScoring } from './two-towers.ts'

/** For `/info`: which files read texts and pictures, and whence the scale of their scores comes. */
export function describeClip({ image, text, score }: ClipGraphs): Record<string, unknown> {
  return {
    files: [...new Set([image.file, text.file])],
    ...(score === undefined && { logitScale: clipScoring.scale, logitScaleSource: 'what CLIP is trained to' }),
    isolate: image.isolation.isolate,
    batchInvariant: image.isolation.batchInvariant && text.isolation.batchInvariant,
  }
}
