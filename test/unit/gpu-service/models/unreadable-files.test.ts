import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import * as z from 'zod'
import { fetchFiles } from '../../../../gpu-service/models/fetch-files.ts'
import { type ModelFiles, readConfig } from '../../../../gpu-service/models/model-files.ts'
import { readDenseLayer } from '../../../../gpu-service/tasks/feature-extraction/dense-layer.ts'
import { clipOutputs } from '../../../../gpu-service/tasks/zero-shot-image-classification/clip-graphs.ts'
import { jointGraphs } from '../../../../gpu-service/tasks/zero-shot-image-classification/joint-graphs.ts'
import { twoTowers } from '../../../../gpu-service/tasks/zero-shot-image-classification/two-towers.ts'
import type { OnnxHeader } from '../../../../shared/onnx/onnx-header.ts'
import { temporaryFolder } from '../support/folders.ts'

const file = 'model.onnx'
const settings = { device: 'cpu', isolate: 'auto' } as const
const outputs = Object.values(clipOutputs).map((name) => ({ name, type: 'float32', shape: ['n'] }))
const graph: OnnxHeader = { opset: {}, inputs: [], outputs, operators: new Set() }
const towers = { text: file, vision: file }
const request = { repo: 'team/model', repoId: 'repo', revision: 'a'.repeat(40), file }

/** A folder in place of a file cannot be read, like a file on a failing disk or one beyond the descriptor limit. */
async function unreadable(...contents: [path: string, content: string | undefined][]): Promise<ModelFiles> {
  const root = await temporaryFolder()
  for (const [path, content] of contents) {
    await mkdir(join(root, path, content === undefined ? '' : '..'), { recursive: true })
    if (content !== undefined) await writeFile(join(root, path), content)
  }
  return { root, paths: new Set(contents.map(([path]) => path)) }
}

const dense = JSON.stringify({ in_features: 1, out_features: 1 })
const clip = JSON.stringify({ model_type: 'clip' })
const readings: Record<string, () => Promise<unknown>> = {
  'a graph': async () => {
    const files = await unreadable([file, undefined])
    return fetchFiles({ cache: { materialise: async () => files }, request, others: [] })
  },
  'a config': async () => readConfig(await unreadable(['config.json', undefined]), 'config.json', z.unknown()),
  'the weights of a layer': async () =>
    readDenseLayer(
      await unreadable(['2_Dense/config.json', dense], ['2_Dense/model.safetensors', undefined]),
      '2_Dense',
    ),
  'a CLIP in one file': async () => jointGraphs({ files: await unreadable([file, undefined]), file, graph, settings }),
  'a CLIP in two': async () =>
    twoTowers({ files: await unreadable(['config.json', clip], [file, undefined]), file, graph, settings }, towers),
}

it.each(Object.keys(readings))('reports a failing disk as such, not as an unsupported model: %s', async (name) => {
  await expect(readings[name]?.()).rejects.toMatchObject({ code: 'EISDIR' })
})
