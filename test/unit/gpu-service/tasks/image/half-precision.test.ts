import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { graphInput, graphOutput, node } from '../../../../../gpu-service/models/onnx-nodes.ts'
import { bytes, integer, message } from '../../../../../gpu-service/models/protobuf-writer.ts'
import { startTestServing } from '../../support/test-serving.ts'

const float16 = 10

/** A graph that returns its pixels. */
function flattening(): Buffer {
  const graph = [
    node({ operator: 'Flatten', inputs: ['pixel_values'], output: 'logits' }),
    graphInput({ name: 'pixel_values', elementType: float16, dims: ['n', 3, 2, 2] }),
    graphOutput({ name: 'logits', elementType: float16, dims: ['n', 12] }),
  ]
  return Buffer.concat([integer(1, 8), bytes(7, Buffer.concat(graph)), message(8, integer(2, 17))])
}

describe('a half-precision model', () => {
  it('gets pictures as float16, and its outputs are read', async () => {
    const settings = { image_processor_type: 'ViTImageProcessor', size: { height: 2, width: 2 }, resample: 2 }
    const host = await startTestServing([
      {
        name: 'half',
        repo: 'team/half',
        task: 'image-classification',
        file: 'model.onnx',
        files: { 'model.onnx': flattening(), 'preprocessor_config.json': Buffer.from(JSON.stringify(settings)) },
      },
    ])
    onTestFinished(() => host.close())
    const create = { width: 2, height: 2, channels: 3, background: { r: 255, g: 0, b: 51 } } as const
    const inputs = (await sharp({ create }).png().toBuffer()).toString('base64')
    const response = await host.ask('/api/v1/predict/half', {
      json: { inputs, parameters: { top_k: 12, function_to_apply: 'none' } },
    })
    expect(response.status).toBe(200)
    const answer = (await response.json()) as { label: string; score: number }[]
    const scoreOf = (index: number) => answer.find(({ label }) => label === `LABEL_${index}`)?.score
    expect([0, 4, 8].map(scoreOf)).toEqual([1, -1, expect.closeTo(-0.6, 3)])
  })
})
