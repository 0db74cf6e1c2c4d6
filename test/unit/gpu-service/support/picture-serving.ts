import { type PictureModelName, pictureModelFiles } from '../../../support/picture-models.ts'
import type { TestModel } from './test-serving.ts'

const tasks: Record<PictureModelName, string> = {
  'tiny-vit': 'image-classification',
  'tiny-clip': 'zero-shot-image-classification',
  'tiny-flava': 'image-text-classification',
}

/** A tiny picture model as a deployment. */
export async function pictureModel(
  repo: PictureModelName,
  { name = repo, task = tasks[repo] }: { name?: string; task?: string } = {},
): Promise<TestModel> {
  return { name, repo: `slipway/${repo}`, task, file: 'onnx/model.onnx', files: await pictureModelFiles(repo) }
}
