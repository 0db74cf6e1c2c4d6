import { messageOf } from '../../../shared/errors.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { ByteReader } from '../../../shared/onnx/byte-reader.ts'
import { isRecord, type JsonRecord } from './json-fields.ts'

/** Parsing this much blocks the process for some hundredths of a second. */
const jsonMaxBytes = 2 * 1024 ** 2

export type ReadBlob = (
  sha256: string,
  range: { start: number; end: number },
) => Promise<{ body: AsyncIterable<Uint8Array> }>

/** The files of a revision; reading one turns its errors into warnings. */
export interface OpenedFiles {
  readonly all: readonly RevisionFile[]
  readonly paths: readonly string[]
  readonly warnings: string[]
  /** The result of `work`; `undefined` where the file is missing or unreadable. */
  attempt<Result>(path: string, work: (reader: ByteReader) => Promise<Result>): Promise<Result | undefined>
  /** A JSON object; `undefined` where it is missing or something else. */
  json(path: string): Promise<JsonRecord | undefined>
  /** The value of a JSON file, of any type. */
  jsonValue(path: string): Promise<unknown>
}

export function openFiles({ files, read, warnings }: OpenInput): OpenedFiles {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const attempt: OpenedFiles['attempt'] = async (path, work) => {
    const file = byPath.get(path)
    if (file === undefined) return undefined
    try {
      return await work(readerOf(file, read))
    } catch (error) {
      if (error instanceof ReadFailed) throw error.cause
      warnings.push(`${path}: ${messageOf(error)}`)
      return undefined
    }
  }
  const parsed = <Result>(path: string, judge: (value: unknown) => Result) =>
    attempt(path, async (reader) => {
      if (reader.sizeBytes === 0) return undefined
      if (reader.sizeBytes > jsonMaxBytes) throw new RangeError(`it is larger than ${jsonMaxBytes} bytes`)
      // The decoder removes a byte order mark, which JSON does not allow.
      return judge(JSON.parse(new TextDecoder().decode(await reader.take(reader.sizeBytes))))
    })
  return {
    all: files,
    paths: [...byPath.keys()],
    warnings,
    attempt,
    json: (path) => parsed(path, asRecord),
    jsonValue: (path) => parsed(path, (value) => value),
  }
}

interface OpenInput {
  files: readonly RevisionFile[]
  read: ReadBlob
  warnings: string[]
}

/** The store failed, which says nothing about the file. */
class ReadFailed extends Error {}

function asRecord(value: unknown): JsonRecord {
  if (!isRecord(value)) throw new TypeError('it is no JSON object')
  return value
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
