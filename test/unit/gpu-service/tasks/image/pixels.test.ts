import { afterAll, describe, expect, it } from 'vitest'
import { fitPicture } from '../../../../../gpu-service/tasks/image/fit.ts'
import { PictureReader } from '../../../../../gpu-service/tasks/image/picture-reader.ts'
import { readPictureSettings } from '../../../../../gpu-service/tasks/image/picture-settings.ts'
import { pixelTensor, valueTable } from '../../../../../gpu-service/tasks/image/pixel-values.ts'
import { resizePicture } from '../../../../../gpu-service/tasks/image/resize-picture.ts'
import resized from '../../../../fixtures/reference/pillow-resize.json' with { type: 'json' }
import { picture, pictureModels, pictureReference } from '../../../../support/picture-models.ts'

const processUrl = new URL('../../../../../gpu-service/tasks/image/picture-process.ts', import.meta.url)
const reader = new PictureReader({ processUrl, decoders: 1 })
afterAll(() => reader.close())

describe('resizing', () => {
  it.each(resized.rows)('matches Pillow byte for byte: $name', ({ from, to, resample, pixels, expected }) => {
    const [width = 0, height = 0] = from
    const [toWidth = 0, toHeight = 0] = to
    const size = { width: toWidth, height: toHeight }
    const settings = { resize: { kind: 'exact', size }, resample: resample as 0 | 2 | 3, crop: undefined } as const
    const data = Uint8Array.from(Buffer.from(pixels, 'base64'))
    const fit = fitPicture({ width, height }, settings)
    const planes = resizePicture({ width, height, data }, { fit, resample: settings.resample })
    const count = toWidth * toHeight
    const rows = Uint8Array.from({ length: count * 3 }, (_, i) => planes[(i % 3) * count + Math.floor(i / 3)] ?? -1)
    expect(Buffer.from(rows).toString('base64')).toBe(expected)
  })

  it('keeps the middle of a larger picture, and centres a smaller one on black', () => {
    const fitted = (width: number, height: number) =>
      fitPicture(
        { width, height },
        { resize: { kind: 'shortest', edge: 32 }, resample: 3, crop: { width: 32, height: 32 } },
      )
    expect(fitted(160, 120)).toEqual({
      resized: { width: 42, height: 32 },
      kept: { left: 5, top: 0, width: 32, height: 32 },
      answer: { left: 0, top: 0, width: 32, height: 32 },
    })
    const small = fitPicture({ width: 3, height: 5 }, { resize: undefined, resample: 3, crop: { width: 6, height: 4 } })
    expect(small.kept).toEqual({ left: 0, top: 0, width: 3, height: 4 })
    expect(small.answer).toEqual({ left: 2, top: 0, width: 6, height: 4 })
  })

  it('costs no more than the result needs, however long and thin the picture is', () => {
    const thin = { width: 60_000, height: 1, data: new Uint8Array(180_000).fill(200) }
    const settings = {
      resize: { kind: 'shortest', edge: 224 },
      resample: 3,
      crop: { width: 224, height: 224 },
    } as const
    const before = process.threadCpuUsage()
    const planes = resizePicture(thin, { fit: fitPicture(thin, settings), resample: 3 })
    expect(process.threadCpuUsage(before).user / 1000).toBeLessThan(1000)
    expect(planes.every((value) => value === 200)).toBe(true)
  })
})

describe.skipIf(pictureModels === undefined)('the pixels that a model gets', () => {
  it.each(['tiny-vit', 'tiny-clip', 'tiny-flava'] as const)('match transformers: %s', async (name) => {
    const root = `${pictureModels}/slipway/${name}`
    const { fit, size, values } = await readPictureSettings({ root, paths: new Set(['preprocessor_config.json']) })
    for (const { image, pixel_values } of pictureReference(name).rows) {
      const { signal } = new AbortController()
      const planes = await reader.read({ bytes: picture(image), fit, param: 'inputs', asker: { signal } })
      const table = valueTable(values)
      const { data, dims } = pixelTensor({
        pictures: [planes],
        size,
        table,
        type: 'float32',
        layout: 'channels first',
        isReversed: false,
      })
      expect(dims).toEqual([1, 3, 32, 32])
      expect(data).toHaveLength(pixel_values.length)
      const furthest = pixel_values.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(data[i]))), 0)
      // The references are written with six digits.
      expect(furthest, image).toBeLessThan(1e-6)
    }
  })
})
