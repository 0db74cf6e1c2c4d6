import type { RevisionMetadata } from '../contract/repo.ts'
import { AppError } from '../errors.ts'
import { chooseOnnxFile } from './choose-onnx-file.ts'

/** Why an inspected revision cannot be deployed as it is, in the words of that refusal. */
export function servingFault(target: string, metadata: RevisionMetadata): string | undefined {
  try {
    chooseOnnxFile({ target, metadata })
    return undefined
  } catch (error) {
    if (error instanceof AppError && error.code === 'unsupported_model') return error.message
    throw error
  }
}

/** The problems that an inspection found, each once. */
export function inspectionWarnings(metadata: RevisionMetadata): string[] {
  const faults = metadata.onnx.flatMap(({ path, fault }) =>
    fault === undefined || metadata.warnings.some((warning) => warning.startsWith(`${path}: `)) ? [] : [`${fault}.`],
  )
  return [...metadata.warnings, ...faults]
}
