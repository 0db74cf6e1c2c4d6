import { expect, it } from 'vitest'
import { chooseGguf } from '../../../functions/hub/choose-gguf.ts'

const files = (...paths: string[]) => paths.map((path) => ({ path, sizeBytes: 1, sha256: 'a'.repeat(64) }))
const chosen = (tag: string, ...paths: string[]) => chooseGguf(files(...paths), tag)?.model.path
const several = ['README.md', 'mmproj-f16.gguf', 'm-Q2_K.gguf', 'm-Q4_K_M.gguf', 'm-Q8_0.gguf', 'm.Q4_K.gguf']

it.each([
  ['Q4_K_M', 'm-Q4_K_M.gguf'],
  ['q8_0', 'm-Q8_0.gguf'],
  ['Q4_K', 'm.Q4_K.gguf'],
  ['latest', 'm-Q4_K_M.gguf'],
  ['f16', undefined],
  ['Q4', undefined],
  ['', undefined],
])('chooses the file for the tag %j', (tag, path) => {
  expect(chosen(tag, ...several)).toBe(path)
})

it('chooses the only file if none has a usual name', () => {
  expect(chosen('latest', 'config.json', 'sub/only-IQ1_S.gguf')).toBe('sub/only-IQ1_S.gguf')
  expect(chosen('latest', 'config.json', 'mmproj-f16.gguf')).toBeUndefined()
})

it('chooses the first part of a split model', () => {
  const parts = ['m-Q8_0-00002-of-00003.gguf', 'm-Q8_0-00003-of-00003.gguf', 'm-Q8_0-00001-of-00003.gguf']
  expect(chosen('Q8_0', ...parts)).toBe('m-Q8_0-00001-of-00003.gguf')
})

it('names the projector of a vision model', () => {
  expect(chooseGguf(files(...several), 'latest')?.projector?.path).toBe('mmproj-f16.gguf')
})
