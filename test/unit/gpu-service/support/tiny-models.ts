import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { filesIn } from '../../../support/files-in.ts'
import { modelsFolder } from '../../../support/real-models.ts'
import type { TestModel, TestServing } from './test-serving.ts'

/** The tiny models outside the repository, with their reference answers; without them their tests are skipped. */
export const hasTinyModels = modelsFolder !== undefined

export async function tinyModel(name: string, task: string): Promise<TestModel> {
  const repo = `slipway/${name}`
  return { name, repo, task, file: 'onnx/model.onnx', files: await filesIn(join(modelsFolder ?? '', repo)) }
}

export const tinyReference = async (name: string) =>
  JSON.parse(await readFile(join(modelsFolder ?? '', `reference/${name}.json`), 'utf8'))

/** Asks the pipeline of a model; returns the status and body of a refusal too. */
export async function askPipeline(host: TestServing, model: string, json: unknown) {
  const response = await host.ask(`/api/v1/predict/${model}`, { json })
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests check.
  return { status: response.status, headers: response.headers, body: (await response.json()) as any }
}
