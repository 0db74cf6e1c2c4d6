/** A byte range of a file: one message transfers it into one multipart part. `end` is inclusive, as in HTTP. */
interface ByteRange {
  partNumber: number
  start: number
  end: number
}

export const rangeSize = (range: ByteRange): number => range.end - range.start + 1

export const partCount = (sizeBytes: number, partSizeBytes: number): number =>
  Math.max(1, Math.ceil(sizeBytes / partSizeBytes))

export function rangeOf({ partNumber, sizeBytes, partSizeBytes }: RangeInput): ByteRange {
  const start = (partNumber - 1) * partSizeBytes
  return { partNumber, start, end: Math.min(start + partSizeBytes, sizeBytes) - 1 }
}

interface RangeInput {
  partNumber: number
  sizeBytes: number
  partSizeBytes: number
}

/** S3 allows 10,000 parts, so parts grow with the file. */
export const partSizeFor = (sizeBytes: number, preferredBytes: number): number =>
  Math.max(preferredBytes, Math.ceil(sizeBytes / 10_000))
