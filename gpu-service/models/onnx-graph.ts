import { type OnnxHeader, readOnnxHeader } from '../../shared/onnx/onnx-header.ts'
import { readOnnxFile } from './read-onnx-file.ts'

/** What an ONNX file on this disk says of itself, read without its weights. @throws RangeError where it is none. */
export const readOnnxGraph = (path: string): Promise<OnnxHeader> => readOnnxFile(path, readOnnxHeader)
