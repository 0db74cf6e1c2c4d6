import type { TensorData, Tensors } from './engine.ts'

/**
 * How much the outputs of a run may hold, and those of all runs that answer one request: more than any model that is
 * served gives, and as much as the service can hold of several at once.
 */
export const outputBytesMax = 256 * 1024 ** 2

/** What outputs take in the service. */
export const outputBytes = (outputs: Tensors): number =>
  Object.values(outputs).reduce((total, { data }) => total + bytesOf(data), 0)

/** What a text takes in the service beside its characters, its length among the bytes that bring it included. */
const textBytes = 32

const bytesOf = (data: TensorData): number =>
  Array.isArray(data) ? data.reduce((total, text) => total + textBytes + Buffer.byteLength(text), 0) : data.byteLength

/** Said of outputs that are too large. */
export const tooLarge = ({ bytes, bytesMax }: { bytes: number; bytesMax: number }): string =>
  `its outputs hold ${mebibytes(bytes)} MiB, and at most ${mebibytes(bytesMax)} MiB are sent`

const mebibytes = (bytes: number): number => Math.ceil(bytes / 1024 ** 2)
