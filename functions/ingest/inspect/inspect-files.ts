import type { OnnxMetadata, RevisionMetadata } from '../../../shared/contract/repo.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { ByteReader } from '../../../shared/onnx/byte-reader.ts'
import { readOnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { deriveLibrary, deriveTask } from './derive-task.ts'
import { fitMetadata } from './fit-metadata.ts'
import { type ModelCard, readModelCard } from './model-card.ts'
import { countParameters } from './safetensors-header.ts'

const textMaxBytes = 2 * 1024 ** 2
const onnxFilesMax = 64
const safetensorsFilesMax = 500

export type ReadBlob = (
  sha256: string,
  range: { start: number; end: number },
) => Promise<{ body: AsyncIterable<Uint8Array> }>

/** Says what a revision is, from the headers of its files. A file that cannot be read is a warning, not a failure. */
export async function inspectFiles({ files, read, warnings = [] }: InspectInput): Promise<RevisionMetadata> {
  const attempt = async <Result>(path: string, work: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (error instanceof ReadFailed) throw error.cause
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
    const { operators: _, ...signature } = header ?? { inputs: [], outputs: [], opset: {}, fault, operators: undefined }
    onnx.push({ path: file.path, ...signature })
  }
  let parameters: number | undefined
  for (const file of files.filter(({ path }) => path.endsWith('.safetensors')).slice(0, safetensorsFilesMax)) {
    const count = await attempt(file.path, () => countParameters(readerOf(file, read)))
    if (count !== undefined) parameters = (parameters ?? 0) + count
  }
  // The table holds no larger number, and no model has so many weights.
  if (!Number.isSafeInteger(parameters)) parameters = undefined

  return fitMetadata({
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
  })
}

interface InspectInput {
  files: readonly RevisionFile[]
  read: ReadBlob
  /** What is known to be wrong already. */
  warnings?: string[]
}

/** The store did not give the bytes, which says nothing about the file. */
class ReadFailed extends Error {}

const emptyCard: ModelCard = { tags: [], base_model: [], datasets: [], language: [] }

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('it is no JSON object')
  return value as Record<string, unknown>
}

const readerOf = (file: RevisionFile, read: ReadBlob): ByteReader =>
  new ByteReader({
    sizeBytes: file.sizeBytes,
    read: async (range) => {
      try {
        const { body } = await read(file.sha256, range)
        return new Uint8Array(Buffer.concat(await Array.fromAsync(body)))
      } catch (error) {
        throw new ReadFailed(messageOf(error), { cause: error })
      }
    },
  })
