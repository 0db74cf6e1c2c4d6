import { describe, expect, it } from 'vitest'
import { chooseUploadModes, refusalOf } from '../../../../functions/hub/write/upload-modes.ts'

const text = Buffer.from('{"a": 1}\n')
const ahead = (path: string, sizeBytes = 100, sample: Uint8Array = text) => ({ path, sizeBytes, sample })
const modeOf = (...file: Parameters<typeof ahead>) => chooseUploadModes([ahead(...file)]).get(file[0])

describe('the upload mode of a file', () => {
  it.each([
    ['config.json', 100, text],
    ['README.md', 2_000_000, text],
    ['no-extension', 9, text],
    ['empty.safetensors', 0, Buffer.alloc(0)],
    ['cut.txt', 1000, Buffer.from('ü'.repeat(256)).subarray(0, 511)],
  ])('is regular for a small text: %s', (path, sizeBytes, sample) => {
    expect(modeOf(path, sizeBytes, sample)).toBe('regular')
  })

  it.each([
    ['model.safetensors', 100, text],
    ['model.ONNX', 100, text],
    ['model.onnx_data_1', 100, text],
    ['vocab.txt', 3_000_000, text],
    ['zero.dat', 4, Buffer.from([1, 0, 2, 3])],
    ['broken.txt', 2, Buffer.from([0xff, 0xfe])],
    ['ends-within-a-character.txt', 2, Buffer.from('aü').subarray(0, 2)],
  ])('is LFS for everything else: %s', (path, sizeBytes, sample) => {
    expect(modeOf(path, sizeBytes, sample)).toBe('lfs')
  })

  it('keeps a commit small, and prefers the smallest files for it', () => {
    const many = Array.from({ length: 99 }, (_, at) => ahead(`${at}.txt`, 100_000 + at))
    const modes = chooseUploadModes([ahead('large.txt', 2_000_000), ...many])
    const sent = many.filter(({ path }) => modes.get(path) === 'regular')
    const sum = sent.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
    expect(modes.get('large.txt')).toBe('lfs')
    expect(sent.length).toBeGreaterThan(0)
    expect(sum).toBeLessThan(2.5 * 1024 ** 2)
    expect(sent.map(({ path }) => path)).toEqual(sent.map((_, at) => `${at}.txt`))
  })

  it.each([100, 256])('leaves room for the further questions about %i files', (count) => {
    const modes = chooseUploadModes(Array.from({ length: count }, (_, at) => ahead(`${at}.txt`, 10_000)))
    const sum = [...modes.values()].filter((mode) => mode === 'regular').length * 10_000
    expect(sum).toBeGreaterThan(100_000)
    expect(sum).toBeLessThanOrEqual(256 * 1024)
  })
})

it('the refusal of a file that may run code explains why, and what to send instead', () => {
  expect(refusalOf('pytorch_model.bin', 'model')).toMatch(
    /"pytorch_model.bin" is not accepted: .*\(pickle\).*--exclude "\*\.bin".*safetensors/,
  )
  expect(refusalOf('train.py', 'model')).toMatch(/is a program/)
  expect(refusalOf('model.safetensors', 'model')).toBeUndefined()
})

it('the refusal of a file in a dataset suggests data formats', () => {
  expect(refusalOf('x.npy', 'dataset')).toMatch(/send the data as Parquet.*CSV/)
  expect(refusalOf('x.npy', 'dataset')).not.toContain('safetensors')
  expect(refusalOf('load.py', 'dataset')).toMatch(/is a program.*--exclude "\*\.py".*Parquet/)
})

it.each([
  ['x.npy', '(NumPy'],
  ['x.npz', '(NumPy'],
  ['model.h5', '(HDF5'],
  ['model.keras', ' Keras'],
])('the refusal names the format, and not pickle: %s', (path, format) => {
  expect(refusalOf(path, 'model')).toContain(format)
  expect(refusalOf(path, 'model')).not.toContain('(pickle)')
})
