import type { Deployment } from '../../contract/deployment.ts'
import type { ApiClient } from '../api-client.ts'

/** An example request for a deployment, quoted for a shell. */
export async function predictExample(deployment: Deployment, client: ApiClient): Promise<string> {
  const { task, repo, revision, file } = deployment
  if (!task.startsWith('tabular-') && task !== 'tensors') return examples[task] ?? examples['text-classification'] ?? ''
  const { metadata } = await client.getRevision({ repo }, revision).catch(() => ({ metadata: undefined }))
  // A caller who may use a deployment may still not be allowed to read its model.
  if (metadata === undefined) return '--help'
  const inputs = metadata?.onnx.find(({ path }) => path === file)?.inputs ?? []
  return task === 'tensors' ? tensorsExample(inputs) : rowsExample(inputs)
}

interface GraphInput {
  name: string
  type?: string
  shape?: readonly unknown[] | undefined
}

/** A longer row would not fit on a line. */
const valuesMax = 32

function tensorsExample(inputs: readonly GraphInput[]): string {
  const tensors = inputs.map((input) => `${JSON.stringify(input.name)}:${zerosOf(input)}`).join(',')
  // An object with "inputs" would be read as the whole request.
  return inputs.some(({ name }) => name === 'inputs') ? `'{"inputs":{${tensors}}}'` : `'{${tensors}}'`
}

/** One row of zeros in the graph's shape. */
function zerosOf({ type = '', shape }: GraphInput): string {
  const sizes = shape?.map((size) => (typeof size === 'number' && size > 0 ? size : 1))
  if (sizes === undefined || sizes.reduce((product, size) => product * size, 1) > valuesMax) return '[…]'
  const zero: unknown = type === 'string' ? '' : type === 'bool' ? false : 0
  return JSON.stringify(sizes.reduceRight<unknown>((inner, size) => Array(size).fill(inner), zero))
}

/** A row as wide as the graph asks for; none where each column is an input of its own, because those may take texts. */
function rowsExample([only, ...others]: readonly GraphInput[]): string {
  const width = others.length === 0 ? only?.shape?.[1] : undefined
  const isKnown = typeof width === 'number' && width > 0 && width <= 100
  return `'${isKnown ? JSON.stringify([Array(width).fill(0)]) : '[[…]]'}'`
}

/** The shell reads the file through a pipe, because a picture is longer than an argument may be. */
const picture = `"'$(base64 < photo.jpg | tr -d '\\n')'"`
const labels = '"parameters": {"candidate_labels": ["one", "another"]}'

const examples: Record<string, string> = {
  'text-classification': `'"some text"'`,
  'fill-mask': `'"The sun is [MASK]."'`,
  'question-answering': `'{"inputs": {"question": "Who is here?", "context": "Only Ada is here."}}'`,
  'text-ranking': `'{"query": "a question", "texts": ["one answer", "another"]}'`,
  'zero-shot-classification': `'{"inputs": "some text", ${labels}}'`,
  'image-classification': '@photo.jpg',
  'image-feature-extraction': '@photo.jpg',
  'zero-shot-image-classification': `- <<< '{"inputs": ${picture}, ${labels}}'`,
  'image-text-classification': `- <<< '{"inputs": {"image": ${picture}, "text": "some text"}}'`,
}
