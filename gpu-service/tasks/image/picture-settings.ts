import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import type { FitSettings, Size } from './fit.ts'
import { type PictureFamily, pictureFamily } from './picture-families.ts'
import { fitOf, pictureSizes } from './picture-sizes.ts'

const ownPath = 'preprocessor_config.json'
/** Processors for texts and pictures: transformers writes one file for both since version 5. */
const sharedPath = 'processor_config.json'

const three = z.tuple([z.number(), z.number(), z.number()])
const divisors = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()])
const preprocessor = z.object({
  ...pictureSizes,
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: three.nullish(),
  image_std: divisors.nullish(),
  do_flip_channel_order: z.boolean().nullish(),
  rescale_offset: z.boolean().nullish(),
  include_top: z.boolean().nullish(),
  // No served preprocessor pads.
  do_pad: z.literal(false, 'pads pictures, which is not served').nullish(),
})
const shared = z.object({ image_processor: preprocessor.nullish() })
const modelConfig = z.object({ model_type: z.string().nullish() })

/** How a model wants its pictures. */
export interface PictureSettings {
  fit: FitSettings
  /** The final size of all its pictures. */
  size: Size
  values: PixelValues
}

/** How the bytes of a pixel become numbers. */
export interface PixelValues {
  rescaleFactor: number
  /** Subtracted after rescaling. */
  offset: number
  mean: readonly number[]
  std: readonly number[]
  /** BGR instead of RGB. */
  isReversed: boolean
}

/**
 * Reads what transformers' image processor would do with the repo's file. @throws AppError `unsupported_model` naming
 * it.
 */
export async function readPictureSettings(files: ModelFiles): Promise<PictureSettings> {
  const { path, config } = await readPreprocessor(files)
  const processor = config.image_processor_type ?? config.feature_extractor_type ?? undefined
  const { model_type: modelType } = (await readConfig(files, 'config.json', modelConfig)) ?? {}
  const family = pictureFamily({ processor, modelType: modelType ?? undefined })
  if (family === undefined)
    throw errors.unsupportedModel(`"${path}" names "${processor?.slice(0, 100)}", which is not served.`)
  const fit = fitOf({ config, family, path })
  const fixed = fit.crop ?? (fit.resize?.kind === 'exact' ? fit.resize.size : undefined)
  if (fixed === undefined)
    throw errors.unsupportedModel(
      `"${path}" does not bring pictures to a fixed size; set "crop_size", or "height" and "width".`,
    )
  return { fit, size: fixed, values: valuesOf({ config, family, path }) }
}

/** If a repo has both files, transformers reads the shared one. */
async function readPreprocessor(files: ModelFiles): Promise<{ path: string; config: PreprocessorConfig }> {
  const inShared = (await readConfig(files, sharedPath, shared))?.image_processor
  if (inShared !== undefined && inShared !== null) return { path: sharedPath, config: inShared }
  const config = await readConfig(files, ownPath, preprocessor)
  if (config !== undefined) return { path: ownPath, config }
  throw errors.unsupportedModel(`the repo has no "${ownPath}", without which pictures cannot be resized for the model.`)
}

type PreprocessorConfig = z.output<typeof preprocessor>

function valuesOf({
  config,
  family,
  path,
}: {
  config: PreprocessorConfig
  family: PictureFamily
  path: string
}): PixelValues {
  if (family.top === undefined && config.rescale_offset === true)
    throw errors.unsupportedModel(`"${path}" sets "rescale_offset", which is served only for EfficientNet.`)
  const isNormalized = family.normalizes && config.do_normalize !== false
  const isRescaled = config.do_rescale !== false
  const own = config.image_std ?? family.std
  const std = isNormalized ? own : [1, 1, 1]
  const hasTop = family.top !== undefined && (config.include_top ?? family.top)
  return {
    rescaleFactor: isRescaled ? (config.rescale_factor ?? 1 / 255) : 1,
    offset: isRescaled && config.rescale_offset === true ? 1 : 0,
    mean: isNormalized ? (config.image_mean ?? family.mean) : [0, 0, 0],
    // EfficientNet's classifiers divide by the standard deviation twice.
    std: hasTop ? std.map((value, channel) => value * (own[channel] ?? 1)) : std,
    isReversed: config.do_flip_channel_order ?? family.isReversed,
  }
}
