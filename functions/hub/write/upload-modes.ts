import { createFilePolicy } from '../../../shared/model/file-policy.ts'
import type { RepoKind } from '../../../shared/table/keys.ts'

/** A file that a client is about to send, as listed by `preupload`. */
interface FileAhead {
  path: string
  sizeBytes: number
  /** Its first bytes. */
  sample: Uint8Array
}

type UploadMode = 'lfs' | 'regular'

/** A Lambda accepts 6 MB, and the bytes are base64-encoded twice, by the client and the gateway. */
const regularBudgetBytes = 2.5 * 1024 ** 2
/** For a full batch, which more batches of the same commit may follow: Python sends 256 files, JavaScript 100. */
const partialBudgetBytes = 256 * 1024
const fullQuestions = new Set([100, 256])

/** Formats that are binary, whatever their first bytes look like. */
const dataFormats =
  /\.(?:7z|arrow|avi|bz2|flac|ftz|gguf|gif|gz|ico|jpe?g|lz4|mlmodel|model|mov|mp3|mp4|msgpack|ogg|onnx|onnx_data\w*|parquet|pb|pdf|png|rar|safetensors|spm|tar|tflite|tgz|wasm|wav|webm|webp|xz|zip|zst)$/i

/**
 * Chooses how each file is sent: text inside the commit while that stays small, everything else to the store
 * beforehand. The smallest texts come first, because clients that only know Xet can send nothing else.
 */
export function chooseUploadModes(files: readonly FileAhead[]): Map<string, UploadMode> {
  let budgetBytes = fullQuestions.has(files.length) ? partialBudgetBytes : regularBudgetBytes
  const modes = new Map<string, UploadMode>()
  for (const { path, sizeBytes, sample } of files.toSorted((a, b) => a.sizeBytes - b.sizeBytes)) {
    const isSmallText = sizeBytes <= budgetBytes && !dataFormats.test(path) && isText(sample, sizeBytes)
    const isRegular = sizeBytes === 0 || isSmallText
    if (isRegular) budgetBytes -= sizeBytes
    modes.set(path, isRegular ? 'regular' : 'lfs')
  }
  return modes
}

/** A sample may end inside a character. */
function isText(sample: Uint8Array, sizeBytes: number): boolean {
  if (sample.includes(0)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: sample.byteLength < sizeBytes })
    return true
  } catch {
    return false
  }
}

const judge = createFilePolicy({})

const insteadOf: Record<RepoKind, string> = {
  model: 'the model as safetensors, ONNX or GGUF',
  dataset: 'the data as Parquet, Arrow, CSV or JSON lines',
}

/** Why a file may not enter a repo, and what to do about it; `undefined` where it may. */
export function refusalOf(path: string, kind: RepoKind): string | undefined {
  const verdict = judge(path)
  if (verdict.take) return undefined
  const without = `--exclude "*${path.slice(path.lastIndexOf('.'))}", ignore_patterns in Python`
  return `"${path}" is not accepted: it ${verdict.reason}. Leave it out (${without}), or send ${insteadOf[kind]}.`
}
