import { describe, expect, it } from 'vitest'
import type { EmbeddingInput } from '../../../../../gpu-service/tasks/feature-extraction/embedding-input.ts'
import { fillTemplate } from '../../../../../gpu-service/tasks/text/label-template.ts'
import {
  LabelVectorCache,
  labelVectorsOf,
} from '../../../../../gpu-service/tasks/zero-shot-image-classification/label-vectors.ts'
import {
  probeVectors,
  scoreTexts,
  scoringOf,
} from '../../../../../gpu-service/tasks/zero-shot-image-classification/scoring.ts'
import { heldBytes } from '../../support/held-bytes.ts'

describe('the vectors of labels', () => {
  it('are computed once per label, in the order requested', async () => {
    const ran: string[] = []
    const vectorsOf = labelVectorsOf({
      texts: {
        encode: async ({ texts }) =>
          texts.map((text) => ({ ids: Array.from(text, (letter) => letter.charCodeAt(0)), wanted: 'vector' })),
      },
      batcher: {
        async submitAll(inputs: readonly EmbeddingInput[]) {
          ran.push(...inputs.map(({ ids }) => String.fromCharCode(...ids)))
          return inputs.map(({ ids }) => ({ output: Float32Array.from(ids), queueMs: 0, runMs: 1, batchSize: 1 }))
        },
      },
    })
    const options = { signal: new AbortController().signal }
    const { vectors } = await vectorsOf(['a', 'b', 'a'], options)
    expect(vectors.map(([code]) => code)).toEqual([97, 98, 97])
    const later = await vectorsOf(['c', 'b'], options)
    expect(later.vectors.map(([code]) => code)).toEqual([99, 98])
    expect(later.results).toHaveLength(1)
    expect(ran).toEqual(['a', 'b', 'c'])
  })

  it('are evicted when there are too many, least recently used first', () => {
    const known = new LabelVectorCache()
    for (let index = 0; index < 12_000; index++) {
      known.keep(`label ${index}`, new Float32Array(16))
      known.get('label 0')
    }
    expect(known.count).toBe(10_000)
    expect(known.get('label 0')).toBeDefined()
    expect(known.get('label 1')).toBeUndefined()
    expect(known.get('label 11999')).toBeDefined()
  })

  it('take bounded memory with long labels', () => {
    const known = new LabelVectorCache()
    for (let index = 0; index < 9000; index++) known.keep(`${index} ${'x'.repeat(4000)}`, new Float32Array(512))
    expect(known.count * (4000 * 2 + 2048)).toBeLessThan(33 * 1024 * 1024)
  })

  it('keep no request body alive that a label was cut from', async () => {
    const known = new LabelVectorCache()
    const bodyLength = 1_000_000
    const before = await heldBytes()
    for (let index = 0; index < 40; index++) {
      const cut = () =>
        fillTemplate('{}', [`the ${index}th of many labels,${' '.repeat(bodyLength)}`.split(',')[0] ?? ''])
      for (const text of cut()) known.keep(text, new Float32Array(16))
      for (const text of cut()) expect(known.get(text)).toBeDefined()
    }
    expect(known.count).toBe(40)
    expect((await heldBytes()) - before).toBeLessThan(5 * bodyLength)
  })
})

describe('the scoring of a joint graph', () => {
  const score = (make: (cosine: number, product: number) => number) => {
    const { image, texts } = probeVectors(4)
    const dot = (text: Float32Array) => text.reduce((sum, value, i) => sum + value * (image[i] ?? 0), 0)
    return scoringOf(texts.map((text) => make(dot(text) / Math.hypot(...text), dot(text))))
  }

  it.each([
    ['CLIP', score((_, product) => 100 * product), { scale: 100, bias: 0, isCosine: false }],
    ['SigLIP', score((cosine) => 117 * cosine - 12.9), { scale: 117, bias: -12.9, isCosine: true }],
  ])('is recovered from probe inputs: %s', (_name, learnt, expected) => {
    expect(learnt.scale).toBeCloseTo(expected.scale, 6)
    expect(learnt.bias).toBeCloseTo(expected.bias, 6)
    expect(learnt.isCosine).toBe(expected.isCosine)
    const image = Float32Array.of(3, 0, 0, 0)
    const texts = [Float32Array.of(2, 0, 0, 0), Float32Array.of(0, 5, 0, 0)]
    const [along, across] = scoreTexts({ image, texts, scoring: learnt })
    expect(along).toBeCloseTo(expected.isCosine ? expected.scale + expected.bias : expected.scale * 6, 4)
    expect(across).toBeCloseTo(expected.bias, 4)
  })
})
