import { createHash } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { HubFile } from '../../support/hub/files.ts'
import { type Hub, type HubOptions, startHub } from '../../support/hub/start-hub.ts'

export const repo = 'acme/minilm'
export const token = 'hf_stand_in_token'
export const config = '{"model_type":"bert"}'
export const weights: HubFile = { path: 'onnx/model.onnx', sizeBytes: 300_000, seed: 7 }
export const files: HubFile[] = [
  weights,
  { path: 'config.json', content: config },
  { path: 'empty.txt', content: '' },
  { path: 'vocab/a b.txt', content: 'a\nb\n' },
]

/** A stand-in Hub that is closed after the test. */
export async function start(options: HubOptions = {}): Promise<Hub> {
  const hub = await startHub({ repos: { [repo]: { files, tags: ['dev/v1'] } }, ...options })
  onTestFinished(() => hub.close())
  return hub
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
export const resolveUrl = (hub: Hub, path: string, ref = 'main') => `${hub.url}/${repo}/resolve/${ref}/${path}`

/** The status and the `X-Error-Code`. */
export async function answerOf(url: string, init?: RequestInit): Promise<[number, string | null]> {
  const response = await fetch(url, init)
  await response.body?.cancel()
  return [response.status, response.headers.get('x-error-code')]
}
