import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPictureSettings } from '../../../../../gpu-service/tasks/image/picture-settings.ts'
import { valueTable } from '../../../../../gpu-service/tasks/image/pixel-values.ts'
import { temporaryFolder } from '../../support/folders.ts'

const path = 'preprocessor_config.json'

async function settingsOf(config: object, model?: object) {
  const root = await temporaryFolder()
  const files = { [path]: config, ...(model && { 'config.json': model }) }
  for (const [name, said] of Object.entries(files)) await writeFile(join(root, name), JSON.stringify(said))
  return readPictureSettings({ root, paths: new Set(Object.keys(files)) })
}

const square = (edge: number) => ({ width: edge, height: edge })
const exact = (edge: number) => ({ kind: 'exact', size: square(edge) })
const shortest = (edge: number) => ({ kind: 'shortest', edge })

describe('the preprocessing of a repo', () => {
  it.each([
    [
      'ViT',
      { image_processor_type: 'ViTImageProcessor', size: { height: 224, width: 224 }, resample: 2 },
      { resize: exact(224), resample: 2, crop: undefined },
      224,
    ],
    [
      'an old ViT',
      { feature_extractor_type: 'ViTFeatureExtractor', size: 224 },
      { resize: exact(224), resample: 2, crop: undefined },
      224,
    ],
    [
      'CLIP',
      {
        image_processor_type: 'CLIPImageProcessor',
        size: { shortest_edge: 224 },
        crop_size: square(224),
        do_center_crop: true,
      },
      { resize: shortest(224), resample: 3, crop: square(224) },
      224,
    ],
    [
      'an old CLIP',
      { feature_extractor_type: 'CLIPFeatureExtractor', size: 336, crop_size: 336, do_center_crop: true, resample: 3 },
      { resize: shortest(336), resample: 3, crop: square(336) },
      336,
    ],
    [
      'SigLIP',
      { image_processor_type: 'SiglipImageProcessor', size: square(384), resample: 3 },
      { resize: exact(384), resample: 3, crop: undefined },
      384,
    ],
    [
      'DeiT',
      { image_processor_type: 'DeiTImageProcessor', size: square(256), crop_size: square(224), do_center_crop: true },
      { resize: exact(256), resample: 3, crop: square(224) },
      224,
    ],
    [
      'DINOv2',
      {
        image_processor_type: 'BitImageProcessor',
        size: { shortest_edge: 256 },
        crop_size: square(224),
        do_center_crop: true,
        resample: 3,
      },
      { resize: shortest(256), resample: 3, crop: square(224) },
      224,
    ],
    [
      'ConvNeXt',
      { image_processor_type: 'ConvNextImageProcessor', size: { shortest_edge: 224 }, crop_pct: 0.875, resample: 3 },
      { resize: shortest(256), resample: 3, crop: square(224) },
      224,
    ],
    [
      'a large ConvNeXt',
      { image_processor_type: 'ConvNextImageProcessor', size: { shortest_edge: 384 }, crop_pct: 0.875, resample: 3 },
      { resize: exact(384), resample: 3, crop: undefined },
      384,
    ],
    [
      'LeViT, which enlarges what it names',
      { feature_extractor_type: 'LevitFeatureExtractor', size: 224, do_center_crop: true, resample: 3 },
      { resize: shortest(256), resample: 3, crop: square(224) },
      224,
    ],
    [
      'PoolFormer, which does so by a share',
      { image_processor_type: 'PoolFormerImageProcessor', size: { shortest_edge: 224 }, crop_pct: 0.95 },
      { resize: shortest(235), resample: 3, crop: square(224) },
      224,
    ],
    [
      'a square PoolFormer',
      { image_processor_type: 'PoolFormerImageProcessor', size: square(224) },
      { resize: shortest(248), resample: 3, crop: square(224) },
      224,
    ],
    [
      'an old MobileViT, whose single size is the shorter edge',
      { feature_extractor_type: 'MobileViTFeatureExtractor', size: 288, crop_size: 256, resample: 2 },
      { resize: shortest(288), resample: 2, crop: square(256) },
      256,
    ],
    [
      'EfficientNet',
      { image_processor_type: 'EfficientNetImageProcessor', size: square(224), crop_size: square(289), resample: 0 },
      { resize: exact(224), resample: 0, crop: undefined },
      224,
    ],
    [
      'a LeViT whose file has only its name',
      { image_processor_type: 'LevitImageProcessorFast' },
      { resize: shortest(256), resample: 3, crop: square(224) },
      224,
    ],
    [
      'a size as a list',
      { image_processor_type: 'ViTImageProcessor', size: [96, 96], resample: 0 },
      { resize: exact(96), resample: 0, crop: undefined },
      96,
    ],
    [
      'a crop alone',
      { do_resize: false, do_center_crop: true, crop_size: 64, resample: 2 },
      { resize: undefined, resample: 2, crop: square(64) },
      64,
    ],
  ])('is understood as in transformers: %s', async (_name, config, fit, edge) => {
    const settings = await settingsOf(config)
    expect(settings.fit).toEqual(fit)
    expect(settings.size).toEqual(square(edge))
  })

  // Means, deviations and factors are the defaults of the classes of transformers 5.23.
  it.each([
    ['ViTImageProcessor', [0.5, 0.5, 0.5], [0.5, 0.5, 0.5], false],
    ['CLIPImageProcessorFast', [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711], false],
    ['PvtImageProcessor', [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], false],
    ['MobileViTImageProcessor', [0, 0, 0], [1, 1, 1], true],
  ])('has the default colours of its class: %s', async (kind, mean, std, isReversed) => {
    const { values } = await settingsOf({ image_processor_type: kind })
    expect(values).toEqual({ rescaleFactor: 1 / 255, offset: 0, mean, std, isReversed })
  })

  it('has the class of the model type if it names none', async () => {
    const said = { do_resize: true, do_normalize: true, size: 224 }
    expect(await settingsOf(said, { model_type: 'vit' })).toMatchObject({ fit: { resize: exact(224), resample: 2 } })
    expect(await settingsOf(said, { model_type: 'beit' })).toMatchObject({ fit: { resize: exact(224), resample: 3 } })
    const byEdge = { fit: { resize: shortest(224), crop: square(224) } }
    expect(await settingsOf(said, { model_type: 'clip' })).toMatchObject(byEdge)
  })

  it('is normalised twice for EfficientNet, and shifted if it says so', async () => {
    const kind = { image_processor_type: 'EfficientNetImageProcessor', size: 224 }
    const twice = await settingsOf({ ...kind, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.25, 0.2] })
    expect(twice.values).toMatchObject({ offset: 0, mean: [0.5, 0.5, 0.5], std: [0.25, 0.0625, 0.2 * 0.2] })
    const moved = { rescale_offset: true, rescale_factor: 1 / 127.5, do_normalize: false, include_top: false }
    const { values } = await settingsOf({ ...kind, ...moved })
    const table = valueTable(values)
    expect([table[0], table[255]]).toEqual([-1, 1])
  })

  it.each([
    ['padding', { size: 224, do_pad: true }, 'pads pictures'],
    ['an unsupported kind', { image_processor_type: 'PerceiverImageProcessor' }, 'PerceiverImageProcessor'],
    ['an offset', { size: 224, rescale_offset: true }, 'rescale_offset'],
    ['no fixed size', { image_processor_type: 'CLIPImageProcessor', size: 224, do_center_crop: false }, 'a fixed size'],
    ['a size of something else', { size: { longest_edge: 224 } }, '"size"'],
    [
      'a bound on the longest edge',
      { image_processor_type: 'CLIPImageProcessor', size: { shortest_edge: 64, longest_edge: 96 } },
      '"longest_edge"',
    ],
    ['an absurd size', { size: 1_000_000 }, path],
    ['a mean of two channels', { size: 224, image_mean: [0, 0] }, path],
    ['a standard deviation of 0', { size: 224, image_std: [1, 0, 1] }, path],
    ['a resampling that Pillow does not have', { size: 224, resample: 9 }, path],
  ])('is refused by name if it is not supported: %s', async (_name, config, words) => {
    await expect(settingsOf(config)).rejects.toMatchObject({
      code: 'unsupported_model',
      message: expect.stringContaining(words),
    })
  })

  it('is read from processor_config.json first, like in transformers 5', async () => {
    const image_processor = { image_processor_type: 'CLIPImageProcessor', size: { shortest_edge: 336 }, crop_size: 336 }
    const root = await temporaryFolder()
    await writeFile(join(root, 'processor_config.json'), JSON.stringify({ image_processor }))
    const paths = new Set(['processor_config.json'])
    expect((await readPictureSettings({ root, paths })).size).toEqual(square(336))
    await writeFile(join(root, path), JSON.stringify({ size: 96 }))
    expect((await readPictureSettings({ root, paths: paths.add(path) })).size).toEqual(square(336))
    await writeFile(join(root, 'processor_config.json'), JSON.stringify({ processor_class: 'CLIPProcessor' }))
    expect((await readPictureSettings({ root, paths })).size).toEqual(square(96))
  })

  it('is required', async () => {
    const empty = readPictureSettings({ root: await temporaryFolder(), paths: new Set() })
    await expect(empty).rejects.toMatchObject({ message: expect.stringContaining(path) })
  })
})
