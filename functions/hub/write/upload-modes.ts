import { createFilePolicy } from '../../../shared/model/file-policy.ts'
import type { RepoKind } from '../../../shared/table/keys.ts'

/** One file that a client is about to send, as `preupload` names it. */
interface FileAhead {
  path: string
  sizeBytes: number
  /** Its first bytes. */
  sample: Uint8Array
}

type UploadMode = 'lfs' | 'regular'

/** A body of 6 MB reaches a Lambda, and it holds these bytes in base64 twice: the client's and the gateway's. */
const regularBudgetBytes = 2.5 * 1024 ** 2
/** Of a question that is full, so that another one follows for the same commit: Python asks for 256 files, JS for 100. */
const partialBudgetBytes = 256 * 1024
const fullQuestions = new Set([100, 256])

/** Formats that are data whatever their first bytes look like. */
const dataFormats =
  /\.(?:7z|arrow|avi|bz2|flac|ftz|gguf|gif|gz|ico|jpe?g|lz4|mlmodel|model|mov|mp3|mp4|msgpack|ogg|onnx|onnx_data\w*|parquet|pb|pdf|png|rar|safetensors|spm|tar|tflite|tgz|wasm|wav|webm|webp|xz|zip|zst)$/i

/**
 * How each file is to be sent: text within the commit as long as the commit stays small, everything else before it,
 * to the store. The smallest texts come first, because clients that speak Xet alone can send nothing but texts.
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

/** A sample may end within a letter. */
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

/** Why a file may not enter a repo, with what to do about it; `undefined` where it may. */
export function refusalOf(path: string, kind: RepoKind): string | undefined {
  const verdict = judge(path)
  if (verdict.take) return undefined
  const without = `--exclude "*${path.slice(path.lastIndexOf('.'))}", ignore_patterns in Python`
  return `"${path}" is not taken in: it ${verdict.reason}. Leave it out (${without}), or send ${insteadOf[kind]}.`
}
