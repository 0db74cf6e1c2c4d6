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
  const { path, said } = await readSaid(files)
  const processor = said.image_processor_type ?? said.feature_extractor_type ?? undefined
  const { model_type: modelType } = (await readConfig(files, 'config.json', modelConfig)) ?? {}
  const family = pictureFamily({ processor, modelType: modelType ?? undefined })
  if (family === undefined)
    throw errors.unsupportedModel(`"${path}" names "${processor?.slice(0, 100)}", which is not served.`)
  const fit = fitOf({ said, family, path })
  const fixed = fit.crop ?? (fit.resize?.kind === 'exact' ? fit.resize.size : undefined)
  if (fixed === undefined)
    throw errors.unsupportedModel(
      `"${path}" does not bring pictures to a fixed size; set "crop_size", or "height" and "width".`,
    )
  return { fit, size: fixed, values: valuesOf({ said, family, path }) }
}

/** If a repo has both files, transformers reads the shared one. */
async function readSaid(files: ModelFiles): Promise<{ path: string; said: Said }> {
  const inShared = (await readConfig(files, sharedPath, shared))?.image_processor
  if (inShared !== undefined && inShared !== null) return { path: sharedPath, said: inShared }
  const said = await readConfig(files, ownPath, preprocessor)
  if (said !== undefined) return { path: ownPath, said }
  throw errors.unsupportedModel(`the repo has no "${ownPath}", without which pictures cannot be resized for the model.`)
}

type Said = z.output<typeof preprocessor>

function valuesOf({ said, family, path }: { said: Said; family: PictureFamily; path: string }): PixelValues {
  if (family.top === undefined && said.rescale_offset === true)
    throw errors.unsupportedModel(`"${path}" sets "rescale_offset", which is served only for EfficientNet.`)
  const isNormalized = family.normalizes && said.do_normalize !== false
  const isRescaled = said.do_rescale !== false
  const own = said.image_std ?? family.std
  const std = isNormalized ? own : [1, 1, 1]
  const hasTop = family.top !== undefined && (said.include_top ?? family.top)
  return {
    rescaleFactor: isRescaled ? (said.rescale_factor ?? 1 / 255) : 1,
    offset: isRescaled && said.rescale_offset === true ? 1 : 0,
    mean: isNormalized ? (said.image_mean ?? family.mean) : [0, 0, 0],
    // EfficientNet's classifiers divide by the standard deviation twice.
    std: hasTop ? std.map((value, channel) => value * (own[channel] ?? 1)) : std,
    isReversed: said.do_flip_channel_order ?? family.isReversed,
  }
}
