import { filesIn } from '../../../support/files-in.ts'
import { fixtureModel } from './folders.ts'
import type { TestModel } from './test-serving.ts'

/** The small models of the fixtures as deployments. */
export async function irisModel(name = 'iris'): Promise<TestModel> {
  const repo = 'sklearn/iris-logistic-regression'
  return { name, repo, task: 'tabular-classification', file: 'model.onnx', files: await filesIn(fixtureModel(repo)) }
}

export async function embedderModel(name = 'tiny'): Promise<TestModel> {
  const repo = 'slipway-tests/tiny-embedder'
  return { name, repo, task: 'sentence-similarity', file: 'onnx/model.onnx', files: await filesIn(fixtureModel(repo)) }
}

export async function brokenModel(name = 'broken'): Promise<TestModel> {
  const model = await irisModel(name)
  return { ...model, repo: 'team/broken', files: { ...model.files, 'model.onnx': Buffer.from('no graph') } }
}
