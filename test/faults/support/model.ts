import { readFile } from 'node:fs/promises'
import type { HubFile } from '../../support/hub/files.ts'

const sample = new URL('../../../infra/local/sample/iris/', import.meta.url)

/** A small model with every case of an import: small and LFS files, an empty one, one in three parts, a skipped one. */
export async function sampleFiles(): Promise<HubFile[]> {
  const [onnx, config, readme] = await Promise.all(
    ['model.onnx', 'config.json', 'README.md'].map((name) => readFile(new URL(name, sample))),
  )
  return [
    { path: 'README.md', content: readme ?? '' },
    { path: 'config.json', content: config ?? '' },
    { path: 'empty.txt', content: '' },
    { path: 'model.onnx', content: onnx ?? '' },
    { path: 'pytorch_model.bin', content: 'a pickle' },
    { path: 'weights/big.bin.txt', sizeBytes: 150_000, seed: 1 },
  ]
}

export const bigPath = 'weights/big.bin.txt'
export const source = 'hf://acme/model@main'

/** The same numbers for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
