import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ModelFiles } from '../../../../gpu-service/models/model-files.ts'
import { readDenseLayer } from '../../../../gpu-service/tasks/feature-extraction/dense-layer.ts'
import { poolInService } from '../../../../gpu-service/tasks/feature-extraction/pool-in-service.ts'
import { readPooling } from '../../../../gpu-service/tasks/feature-extraction/pooling-config.ts'
import { temporaryFolder } from '../support/folders.ts'

async function files(contents: Record<string, object>): Promise<ModelFiles> {
  const root = await temporaryFolder()
  for (const [path, content] of Object.entries(contents)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), Buffer.isBuffer(content) ? content : JSON.stringify(content))
  }
  return { root, paths: new Set(Object.keys(contents)) }
}

describe('the pooling that a repo configures', () => {
  it.each([
    ['pooling_mode_cls_token', 'cls'],
    ['pooling_mode_max_tokens', 'max'],
    ['pooling_mode_mean_tokens', 'mean'],
    ['pooling_mode_mean_sqrt_len_tokens', 'mean_sqrt_len_tokens'],
    ['pooling_mode_weightedmean_tokens', 'weightedmean'],
    ['pooling_mode_lasttoken', 'lasttoken'],
  ])('is read from its flag %s', async (flag, mode) => {
    const config = { word_embedding_dimension: 2, pooling_mode_cls_token: false, [flag]: true }
    const read = await readPooling(await files({ '1_Pooling/config.json': config }))
    expect(read).toMatchObject({ modes: [mode], includePrompt: true })
  })

  it('includes the prompt unless it says no', async () => {
    const read = await readPooling(await files({ '1_Pooling/config.json': { include_prompt: false } }))
    expect(read).toMatchObject({ modes: ['mean'], includePrompt: false })
  })
})

const values = { 'linear.weight': [1, -2, 3, 4], 'linear.bias': [0.5, -8] }
const halves = (list: number[]) => Buffer.from(Float16Array.from(list).buffer)
const floats = (list: number[]) => Buffer.from(Float32Array.from(list).buffer)
/** The upper half of each float32. */
const brainHalves = (list: number[]) => floats(list).filter((_, at) => at % 4 >= 2) as Buffer

/** A layer from two numbers to two. */
async function layer(config: object, dtype = 'F32', bytesOf: (list: number[]) => Buffer = floats) {
  const [weight, bias] = [bytesOf(values['linear.weight']), bytesOf(values['linear.bias'])]
  const header = JSON.stringify({
    'linear.weight': { dtype, shape: [2, 2], data_offsets: [0, weight.length] },
    'linear.bias': { dtype, shape: [2], data_offsets: [weight.length, weight.length + bias.length] },
  })
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const weights = Buffer.concat([length, Buffer.from(header), weight, bias])
  const made = { 'd/config.json': { in_features: 2, out_features: 2, ...config }, 'd/model.safetensors': weights }
  const steps = [await readDenseLayer(await files(made), 'd')]
  const [tokens, text] = [Float32Array.of(1, 1), { length: 1, skipped: 0 }]
  return Array.from(poolInService({ tokens, width: 2, text, modes: ['mean'], steps }))
}

const identity = 'torch.nn.modules.linear.Identity'

describe('a Dense layer', () => {
  it.each([
    [undefined, Math.tanh],
    ['torch.nn.modules.activation.Tanh', Math.tanh],
    [identity, (value: number) => value],
    ['torch.nn.modules.activation.ReLU', (value: number) => Math.max(0, value)],
    ['torch.nn.modules.activation.Sigmoid', (value: number) => 1 / (1 + Math.exp(-value))],
  ])('applies its activation, Tanh by default: %s', async (activation, apply) => {
    const made = await layer({ activation_function: activation })
    expect(made).toEqual(Array.from(Float32Array.from([-0.5, -1], apply)))
  })

  it.each([
    ['F32', floats],
    ['F16', halves],
    ['BF16', brainHalves],
  ] as const)('has weights of the type %s', async (dtype, bytesOf) => {
    expect(await layer({ activation_function: identity }, dtype, bytesOf)).toEqual([-0.5, -1])
  })

  it('adds no bias if its configuration says so', async () => {
    expect(await layer({ activation_function: identity, bias: false })).toEqual([-1, 7])
  })
})
