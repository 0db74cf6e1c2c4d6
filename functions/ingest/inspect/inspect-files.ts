import type { OnnxMetadata, RevisionMetadata } from '../../../shared/contract/repo.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { ByteReader } from './byte-reader.ts'
import { deriveLibrary, deriveTask } from './derive-task.ts'
import { type ModelCard, readModelCard } from './model-card.ts'
import { readOnnxHeader } from './onnx-header.ts'
import { countParameters } from './safetensors-header.ts'

const textMaxBytes = 2 * 1024 ** 2
const onnxFilesMax = 64

export type ReadBlob = (
  sha256: string,
  range: { start: number; end: number },
) => Promise<{ body: AsyncIterable<Uint8Array> }>

/** Says what a revision is, from the headers of its files. A file that cannot be read is a warning, not a failure. */
export async function inspectFiles({
  files,
  read,
}: {
  files: readonly RevisionFile[]
  read: ReadBlob
}): Promise<RevisionMetadata> {
  const warnings: string[] = []
  const attempt = async <Result>(path: string, work: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work()
    } catch (error) {
      warnings.push(`${path}: ${messageOf(error)}`)
      return undefined
    }
  }
  const textOf = async (path: string): Promise<string | undefined> => {
    const file = files.find((candidate) => candidate.path === path)
    if (file === undefined || file.sizeBytes === 0) return undefined
    if (file.sizeBytes > textMaxBytes) throw new RangeError(`it is larger than ${textMaxBytes} bytes`)
    return new TextDecoder().decode(await readerOf(file, read).take(file.sizeBytes))
  }

  const card = (await attempt('README.md', async () => readModelCard((await textOf('README.md')) ?? ''))) ?? emptyCard
  const config =
    (await attempt('config.json', async () => record(JSON.parse((await textOf('config.json')) ?? '{}')))) ?? {}
  const evidence = { card, config, paths: files.map(({ path }) => path) }

  const onnx: OnnxMetadata[] = []
  for (const file of files.filter(({ path }) => path.endsWith('.onnx')).slice(0, onnxFilesMax)) {
    const header = await attempt(file.path, () => readOnnxHeader(readerOf(file, read)))
    const fault = `${file.path} is not a valid ONNX file`
    onnx.push({ path: file.path, ...(header ?? { inputs: [], outputs: [], opset: {}, fault }) })
  }
  let parameters: number | undefined
  for (const file of files.filter(({ path }) => path.endsWith('.safetensors'))) {
    const count = await attempt(file.path, () => countParameters(readerOf(file, read)))
    if (count !== undefined) parameters = (parameters ?? 0) + count
  }

  return {
    task: deriveTask(evidence),
    library: deriveLibrary(evidence),
    license: card.license,
    tags: card.tags,
    baseModels: card.base_model,
    datasets: card.datasets,
    languages: card.language,
    parameters,
    onnx,
    warnings,
  }
}

const emptyCard: ModelCard = { tags: [], base_model: [], datasets: [], language: [] }

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

const readerOf = (file: RevisionFile, read: ReadBlob): ByteReader =>
  new ByteReader({
    sizeBytes: file.sizeBytes,
    read: async (range) => {
      const { body } = await read(file.sha256, range)
      return new Uint8Array(Buffer.concat(await Array.fromAsync(body)))
    },
  })
