import type { HubFile } from '../../../support/hub/files.ts'

export const repo = 'acme/minilm'
export const token = 'hf_secret_token'
export const weights: HubFile = { path: 'onnx/model.onnx', sizeBytes: 300_000, seed: 3 }
export const oddName = 'odd names/a#b?c%20d ü.txt'
/** All files of the Hub in these tests. */
export const files: HubFile[] = [
  { path: 'config.json', content: '{"model_type":"bert"}' },
  { path: 'empty.txt', content: '' },
  { path: oddName, content: 'odd' },
  { path: 'odd names/big#1.onnx', sizeBytes: 20_000, seed: 4 },
  weights,
]
