import type { Embedding } from './embedding-input.ts'

/** NaN and infinity become null. */
export const floatsJson = (vector: Embedding): string => JSON.stringify(Array.from(vector))

/** Little-endian float32, which clients decode; encoded without a copy. */
export const base64Json = ({ buffer, byteOffset, byteLength }: Embedding): string =>
  `"${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}"`
