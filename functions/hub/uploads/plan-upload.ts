/** How the objects of one question are to be sent. */
export interface UploadWays {
  /** Up to so many bytes go as one piece, by one request. */
  basicMaxBytes: number
  partMinBytes: number
}

/** An answer holds one signed address for each part, and a Lambda answers at most 6 MB. */
const partsMax = 2000

const mebibyte = 1024 ** 2

/** S3 takes no more in one piece. */
export const pieceMaxBytes = 5 * 1024 ** 3

/** So many bytes in each part that the addresses of all parts of these objects fit into one answer. */
export function choosePartBytes(sizesBytes: readonly number[], { basicMaxBytes, partMinBytes }: UploadWays): number {
  const inParts = sizesBytes.filter((sizeBytes) => sizeBytes > basicMaxBytes)
  const totalBytes = inParts.reduce((sum, sizeBytes) => sum + sizeBytes, 0)
  const needed = Math.ceil(totalBytes / partsMax / mebibyte) * mebibyte
  return Math.max(partMinBytes, needed)
}
