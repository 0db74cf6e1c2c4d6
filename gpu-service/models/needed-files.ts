import { basename, dirname } from 'node:path/posix'
import { errors } from '../../shared/errors.ts'
import { pathFault } from '../../shared/model/file-path.ts'
import type { RevisionFile } from '../../shared/model/revision-id.ts'

const configMaxBytes = 64 * 1024 * 1024

/**
 * The files of a revision that serving one ONNX file takes: the file, the weights it keeps beside it, and the texts that
 * say how it is to be used. @throws AppError `unsupported_model` where the file is not there or a path is not safe.
 */
export function neededFiles({ files, file }: { files: readonly RevisionFile[]; file: string }): RevisionFile[] {
  if (!files.some(({ path }) => path === file))
    throw errors.unsupportedModel(`the revision has no file "${file}"; deploy one of its ONNX files.`)
  const needed = files.filter(
    (candidate) => candidate.path === file || isWeightOf(candidate, file) || isConfig(candidate),
  )
  for (const { path } of needed) {
    const fault = pathFault(path)
    if (fault !== undefined) throw errors.unsupportedModel(`the path "${path}" is not safe: ${fault}.`)
  }
  return needed
}

/** `model.onnx_data`, `model.onnx_data_1`, `model.onnx.data` and `model.data` belong to `model.onnx`. */
const isWeightOf = ({ path }: RevisionFile, file: string): boolean =>
  dirname(path) === dirname(file) &&
  (basename(path).startsWith(`${basename(file)}_data`) ||
    basename(path) === `${basename(file)}.data` ||
    basename(path) === `${basename(file, '.onnx')}.data`)

const isConfig = ({ path, sizeBytes }: RevisionFile): boolean =>
  /^(?:[^/]+\/)?[^/]+\.(?:json|txt)$/.test(path) && sizeBytes <= configMaxBytes
