/** How the objects of one request are sent. */
export interface UploadWays {
  /** Objects up to this size are sent in one request. */
  basicMaxBytes: number
  partMinBytes: number
}

/** An answer has one signed address per part, and a Lambda answers at most 6 MB. */
const partsMax = 2000

const mebibyte = 1024 ** 2

/** S3's limit for a single PUT. */
export const pieceMaxBytes = 5 * 1024 ** 3

/** The part size at which the addresses of all parts fit into one answer. */
export function choosePartBytes(sizesBytes: readonly number[], { basicMaxBytes, partMinBytes }: UploadWays): number {
  const inParts = sizesBytes.filter((sizeBytes) => sizeBytes > basicMaxBytes)
  const totalBytes = inParts.reduce((sum, sizeBytes) => sum + sizeBytes, 0)
  const needed = Math.ceil(totalBytes / partsMax / mebibyte) * mebibyte
  return Math.max(partMinBytes, needed)
}
