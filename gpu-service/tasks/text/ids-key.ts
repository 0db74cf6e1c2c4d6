/**
 * Returns token ids as a map key. It holds their bytes rather than their digits, which for two thousand long texts
 * block the event loop for 30 ms.
 */
export function idsKey(ids: readonly number[] | Int32Array): string {
  const { buffer, byteOffset, byteLength } = ids instanceof Int32Array ? ids : new Int32Array(ids)
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}
