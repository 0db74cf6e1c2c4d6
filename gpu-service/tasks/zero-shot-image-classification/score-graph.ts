import type { Batcher } from '../../batcher/batcher.ts'
import type { Embedding } from '../feature-extraction/embedding-input.ts'
import { type FloatType, floatTensor, rowsOf } from '../float-tensors.ts'
import type { TaskModel } from '../task-model.ts'
import { clipOutputs } from './clip-graphs.ts'
import { probeVectors, type Scoring, scoringOf } from './scoring.ts'

interface Probe {
  image: Embedding
  texts: readonly Embedding[]
}

/**
 * The last part of the graph, which computes scores from vectors. It runs once, to find out its formula; after that the
 * scores are computed here.
 */
export const scoreModel = (type: FloatType): TaskModel<Probe, Float32Array> => ({
  graph: 'score',
  sizeOf: () => 1,
  costMax: 1,
  itemsMax: 1,
  encode: ([probe]) => {
    const { image, texts } = probe ?? { image: new Float32Array(), texts: [] }
    const width = image.length
    const rows = new Float32Array(texts.length * width)
    for (const [index, text] of texts.entries()) rows.set(text, index * width)
    return {
      inputs: {
        [clipOutputs.image]: floatTensor({ type, dims: [1, width], data: image }),
        [clipOutputs.text]: floatTensor({ type, dims: [texts.length, width], data: rows }),
      },
      outputs: [clipOutputs.score],
    }
  },
  decode: (tensors) => rowsOf(tensors, clipOutputs.score, 1),
})

/** Derives the formula from the first run. */
export function learnScoring(batcher: Batcher<Probe, Float32Array>): (width: number) => Promise<Scoring> {
  let learnt: Promise<Scoring> | undefined
  return (width) => {
    learnt ??= batcher.submit(probeVectors(width)).then(({ output }) => scoringOf(output))
    // The next request tries again after a failure.
    learnt.catch(() => {
      learnt = undefined
    })
    return learnt
  }
}
