import type { RevisionMetadata } from '../contract/repo.ts'
import { AppError } from '../errors.ts'
import { chooseOnnxFile } from './choose-onnx-file.ts'

/** Why a revision that was inspected cannot be deployed as it is, in the words in which that would be refused. */
export function servingFault(target: string, metadata: RevisionMetadata): string | undefined {
  try {
    chooseOnnxFile({ target, metadata })
    return undefined
  } catch (error) {
    if (error instanceof AppError && error.code === 'unsupported_model') return error.message
    throw error
  }
}

/** What an inspection found to be wrong: each thing once. */
export function inspectionWarnings(metadata: RevisionMetadata): string[] {
  const faults = metadata.onnx.flatMap(({ path, fault }) =>
    fault === undefined || metadata.warnings.some((warning) => warning.startsWith(`${path}: `)) ? [] : [`${fault}.`],
  )
  return [...metadata.warnings, ...faults]
}
