import type { RevisionMetadata } from '../../shared/contract/repo.ts'
import { errors } from '../../shared/errors.ts'
import { isServedTask, servedTasks } from '../../shared/model/served-tasks.ts'

/** The names that exporters give the one file to serve, best first. */
const usualPaths = ['onnx/model.onnx', 'model.onnx']

/** Decides which ONNX file of a revision is served and as what. @throws AppError `unsupported_model` */
export function chooseOnnxFile({ target, metadata, wanted }: ChooseInput): { file: string; task: string } {
  if (metadata === undefined) throw errors.conflict(`"${target}" is still being inspected. Try again in a moment.`)
  const paths = metadata.onnx.map(({ path }) => path)
  const usual = usualPaths.find((path) => paths.includes(path))
  const file = wanted ?? usual ?? (paths.length === 1 ? paths[0] : undefined)
  if (file === undefined)
    throw errors.unsupportedModel(
      paths.length === 0
        ? `"${target}" holds no ONNX file. Slipway serves ONNX: export the model with "optimum-cli export onnx" or skl2onnx.`
        : `"${target}" holds several ONNX files; name one with "file": ${paths.join(', ')}.`,
    )
  const chosen = metadata.onnx.find(({ path }) => path === file)
  if (chosen === undefined)
    throw errors.unsupportedModel(`"${target}" has no ONNX file "${file}". It has: ${paths.join(', ') || 'none'}.`)
  if (chosen.fault !== undefined) throw errors.unsupportedModel(`"${target}" cannot be served: ${chosen.fault}.`)
  if (metadata.task === undefined)
    throw errors.unsupportedModel(
      `What "${target}" does is not known. Put "pipeline_tag: …" into the front matter of its README.md.`,
    )
  if (!isServedTask(metadata.task))
    throw errors.unsupportedModel(
      `"${target}" does ${metadata.task}, which is not served yet. Served are: ${servedTasks.join(', ')}.`,
    )
  return { file, task: metadata.task }
}

interface ChooseInput {
  target: string
  metadata: RevisionMetadata | undefined
  wanted?: string | undefined
}

/** `sentence-transformers/all-MiniLM-L6-v2` is deployed as `all-minilm-l6-v2`. */
export const defaultDeploymentName = (repo: string): string => {
  const [, name = ''] = repo.split('/')
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
  return label.replace(/^-+|-+$/g, '') || 'model'
}
