import { type OnnxHeader, readOnnxHeader } from '../../shared/onnx/onnx-header.ts'
import { readOnnxFile } from './read-onnx-file.ts'

/** The header of an ONNX file on this disk, without its weights. @throws RangeError for an invalid one */
export const readOnnxGraph = (path: string): Promise<OnnxHeader> => readOnnxFile(path, readOnnxHeader)
