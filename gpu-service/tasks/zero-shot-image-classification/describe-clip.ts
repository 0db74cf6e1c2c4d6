import type { ClipGraphs } from './clip-graphs.ts'
import { clipScoring } from './two-towers.ts'

/** The fields in `/info`: the files of the towers, and the source of the score scale if no graph contains it. */
export function describeClip({ image, text, score }: ClipGraphs): Record<string, unknown> {
  return {
    files: [...new Set([image.file, text.file])],
    ...(score === undefined && { logitScale: clipScoring.scale, logitScaleSource: 'what CLIP is trained to' }),
    isolate: image.isolation.isolate,
    batchInvariant: image.isolation.batchInvariant && text.isolation.batchInvariant,
  }
}
