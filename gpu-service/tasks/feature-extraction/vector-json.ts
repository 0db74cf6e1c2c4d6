import type { Embedding } from './embeddings.ts'

/** What is no number is null, as JSON has it. */
export const floatsJson = (vector: Embedding): string => JSON.stringify(Array.from(vector))

/** Little-endian float32, which is what clients decode; read from where the vector lies. */
export const base64Json = ({ buffer, byteOffset, byteLength }: Embedding): string =>
  `"${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}"`
