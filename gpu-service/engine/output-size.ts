import type { TensorData, Tensors } from './engine.ts'

/**
 * The maximum total size of the outputs of a run, and of all runs of one request: more than any served model needs, and
 * little enough that the service can hold several at once.
 */
export const outputBytesMax = 256 * 1024 ** 2

/** The memory that outputs take in the service. */
export const outputBytes = (outputs: Tensors): number =>
  Object.values(outputs).reduce((total, { data }) => total + bytesOf(data), 0)

/** The overhead of a text besides its characters, including its length prefix on the wire. */
const textBytes = 32

const bytesOf = (data: TensorData): number =>
  Array.isArray(data) ? data.reduce((total, text) => total + textBytes + Buffer.byteLength(text), 0) : data.byteLength

/** The reason given for outputs that are too large. */
export const tooLarge = ({ bytes, bytesMax }: { bytes: number; bytesMax: number }): string =>
  `its outputs hold ${mebibytes(bytes)} MiB, and at most ${mebibytes(bytesMax)} MiB are sent`

const mebibytes = (bytes: number): number => Math.ceil(bytes / 1024 ** 2)
