import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { openTextTower } from '../../../../../gpu-service/tasks/zero-shot-image-classification/text-tower.ts'
import { temporaryFolder } from '../../support/folders.ts'
import { twoTowerFiles } from '../../support/two-towers.ts'

const length = 8

/** The number of tokens that the text tower of such a model reads for a short label. */
async function tokensRead(modelType: string, inputs: string[]): Promise<number | undefined> {
  const root = await temporaryFolder()
  const config = { model_type: modelType, text_config: { vocab_size: 57, max_position_embeddings: length } }
  const files = { ...(await twoTowerFiles()), 'config.json': Buffer.from(JSON.stringify(config)) }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  const { texts } = await openTextTower({
    files: { root, paths: new Set(Object.keys(files)) },
    file: 'model.onnx',
    inputs: inputs.map((name) => ({ name, type: 'int64', shape: [-1, -1] })),
    alone: false,
    settings: { device: 'cpu', isolate: 'auto' },
  })
  const [input] = await texts.encode({ texts: ['x'], prompt: '', signal: new AbortController().signal })
  return input?.ids.length
}

it('a label is padded to the length of training for SigLIP, with or without a mask, and for CLIP without one', async () => {
  expect(await tokensRead('siglip', ['input_ids'])).toBe(length)
  expect(await tokensRead('siglip', ['input_ids', 'attention_mask'])).toBe(length)
  expect(await tokensRead('clip', ['input_ids'])).toBe(length)
  expect(await tokensRead('clip', ['input_ids', 'attention_mask'])).toBe(3)
})
