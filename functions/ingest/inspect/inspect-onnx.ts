import { posix } from 'node:path'
import type { OnnxMetadata } from '../../../shared/contract/repo.ts'
import { readOnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { Evidence } from './evidence.ts'
import type { OpenedFiles } from './opened-files.ts'

const filesMax = 64

/** Inputs, outputs and requirements of the ONNX files; their operators hint at what made them. */
export async function inspectOnnx(
  files: OpenedFiles,
): Promise<{ found: OnnxMetadata[]; evidence: Evidence['onnx'][number][] }> {
  const found: OnnxMetadata[] = []
  const evidence: Evidence['onnx'][number][] = []
  const paths = files.paths.filter((path) => path.endsWith('.onnx'))
  const there = new Set(files.paths)
  if (paths.length > filesMax)
    files.warnings.push(`Only the first ${filesMax} of ${paths.length} ONNX files were read.`)
  for (const path of paths.slice(0, filesMax)) {
    const header = await files.attempt(path, readOnnxHeader)
    if (header === undefined) {
      found.push({ path, inputs: [], outputs: [], opset: {}, fault: `${path} is not a valid ONNX file` })
      continue
    }
    const { operators, ...signature } = header
    const fault = externalFault({ path, externalData: header.externalData ?? [], there })
    found.push({ path, ...signature, ...(fault !== undefined && { fault }) })
    evidence.push({ producer: header.producer, operators, inputs: header.inputs.map(({ name }) => name) })
  }
  return { found, evidence }
}

/** External weights are named relative to the graph, and must be in the repo. */
function externalFault({ path, externalData, there }: ExternalInput): string | undefined {
  const missing = externalData.find((location) => !there.has(posix.join(posix.dirname(path), location)))
  return missing === undefined
    ? undefined
    : `${path} needs the weights in ${JSON.stringify(missing)}, which is not there`
}

interface ExternalInput {
  path: string
  externalData: readonly string[]
  /** The paths of the repo. */
  there: ReadonlySet<string>
}
