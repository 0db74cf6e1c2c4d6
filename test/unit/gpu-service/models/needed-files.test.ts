import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { neededFiles } from '../../../../gpu-service/models/needed-files.ts'

const file = (path: string, sizeBytes = 1000) => ({ path, sizeBytes, sha256: '0'.repeat(64) })
const pathsOf = (paths: readonly string[]) =>
  neededFiles({ files: ['model.onnx', ...paths].map((path) => file(path)), file: 'model.onnx' }).map(({ path }) => path)

it('fetches a bounded number of side files, however many the repo has', () => {
  const many = (name: (at: number) => string, sizeBytes: number) =>
    Array.from({ length: 10_000 }, (_, at) => file(name(at), sizeBytes))
  const files = [
    ...many((at) => `run-${at}.json`, 4_000_000),
    ...many((at) => `results/run-${at}.json`, 4_000_000),
    ...many((at) => `run-${at}/config.json`, 60_000),
    ...many((at) => `${at + 2}_Dense/model.safetensors`, 80_000_000),
    ...[file('model.onnx'), file('1_Pooling/config.json')],
  ]
  const needed = neededFiles({ files, file: 'model.onnx' })
  expect(needed.reduce((total, { sizeBytes }) => total + sizeBytes, 0)).toBeLessThan(1_000_000_000)
  expect(needed.length).toBeLessThan(100)
  expect(needed.map(({ path }) => path)).toContain('1_Pooling/config.json')
})

it('fetches every text file that a task reads', async () => {
  const folder = fileURLToPath(new URL('../../../../gpu-service/tasks/', import.meta.url))
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'))
  const sources = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  const read = [
    ...new Set(sources.flatMap((text) => [...text.matchAll(/'(\w+\.(?:json|txt))'/g)].map(([, name = '']) => name))),
  ]
  expect(read).toContain('config.json')
  expect(pathsOf(read).toSorted()).toEqual(['model.onnx', ...read].toSorted())
})
