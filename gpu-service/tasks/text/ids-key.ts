/**
 * Token ids as a text by which they are found again. Their bytes and not their digits, which of two thousand long texts
 * take everybody 30 ms to write.
 */
export function idsKey(ids: readonly number[] | Int32Array): string {
  const { buffer, byteOffset, byteLength } = ids instanceof Int32Array ? ids : new Int32Array(ids)
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}
