import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import type { FitSettings, Resample, ResizeTo, Size } from './fit.ts'

const path = 'preprocessor_config.json'
const edgeMax = 2048

const edge = z.number().int().min(1).max(edgeMax)
const size = z.union([
  edge,
  z.tuple([edge, edge]),
  z.object({ height: edge.nullish(), width: edge.nullish(), shortest_edge: edge.nullish() }),
])
const three = z.tuple([z.number(), z.number(), z.number()])
const divisors = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()])
const preprocessor = z.object({
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
  do_resize: z.boolean().nullish(),
  size: size.nullish(),
  resample: z.number().int().min(0).max(5).nullish(),
  crop_pct: z.number().min(0.1).max(1).nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: size.nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: three.nullish(),
  image_std: divisors.nullish(),
  do_flip_channel_order: z.boolean().nullish(),
  // What these do is done by no served preprocessor.
  do_pad: z.literal(false, 'pads pictures, which is not served').nullish(),
  rescale_offset: z.literal(false, 'moves pixels, which is not served').nullish(),
  include_top: z.literal(false, 'normalises twice, which is not served').nullish(),
})

/** How a model wants its pictures. */
export interface PictureSettings {
  fit: FitSettings
  /** The size that all its pictures have in the end. */
  size: Size
  values: PixelValues
}

/** What becomes of a byte of a pixel. */
export interface PixelValues {
  rescaleFactor: number
  mean: readonly number[]
  std: readonly number[]
  /** Blue, green, red. */
  isReversed: boolean
}

/** What transformers' image processors would do with the repo's file. @throws AppError `unsupported_model` naming it. */
export async function readPictureSettings(files: ModelFiles): Promise<PictureSettings> {
  const said = await readConfig(files, path, preprocessor)
  if (said === undefined)
    throw errors.unsupportedModel(
      `the repo has no "${path}"; pictures cannot be brought to the model's size without it.`,
    )
  const kind = said.image_processor_type ?? said.feature_extractor_type ?? ''
  const fit = /^ConvNext/.test(kind) ? convNextFit(said) : plainFit(said, kind)
  const fixed = fit.crop ?? (fit.resize?.kind === 'exact' ? fit.resize.size : undefined)
  if (fixed === undefined)
    throw errors.unsupportedModel(
      `"${path}" brings pictures to no fixed size; give "crop_size", or "height" and "width".`,
    )
  const isClip = /CLIP|Flava/i.test(kind)
  const isNormalized = said.do_normalize !== false
  return {
    fit,
    size: fixed,
    values: {
      rescaleFactor: said.do_rescale === false ? 1 : (said.rescale_factor ?? 1 / 255),
      mean: isNormalized ? (said.image_mean ?? (isClip ? clip.mean : [0.5, 0.5, 0.5])) : [0, 0, 0],
      std: isNormalized ? (said.image_std ?? (isClip ? clip.std : [0.5, 0.5, 0.5])) : [1, 1, 1],
      isReversed: said.do_flip_channel_order === true,
    },
  }
}

type Said = z.output<typeof preprocessor>

const clip = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] } as const

/** For these a single number is the shorter edge; for others it is both. */
const byShortestEdge = /CLIP|Bit|MobileNet|Levit|PoolFormer/i

function plainFit(said: Said, kind: string): FitSettings {
  const resample = (said.resample ?? (/CLIP|DeiT|Siglip|Bit|Flava/i.test(kind) ? 3 : 2)) as Resample
  const crops = said.do_center_crop ?? (said.crop_size !== undefined && said.crop_size !== null)
  const crop = crops ? bothEdges(said.crop_size ?? said.size) : undefined
  if (crops && crop === undefined) throw errors.unsupportedModel(`"${path}" crops pictures, but names no "crop_size".`)
  if (said.do_resize === false) return { resize: undefined, resample, crop }
  return { resize: resizeTo(said.size ?? 224, byShortestEdge.test(kind)), resample, crop }
}

/** Below 384, ConvNeXt resizes to a larger picture and keeps its middle; from 384 on it warps. */
function convNextFit(said: Said): FitSettings {
  const resample = (said.resample ?? 2) as Resample
  const to = resizeTo(said.size ?? 384, true)
  const edge = to.kind === 'shortest' ? to.edge : to.size.width
  const square = { width: edge, height: edge }
  if (edge >= 384) return { resize: { kind: 'exact', size: square }, resample, crop: undefined }
  const larger = Math.trunc(edge / (said.crop_pct ?? 224 / 256))
  return { resize: { kind: 'shortest', edge: larger }, resample, crop: square }
}

function resizeTo(said: NonNullable<Said['size']>, singleIsShortest: boolean): ResizeTo {
  if (typeof said === 'number' && singleIsShortest) return { kind: 'shortest', edge: said }
  const both = bothEdges(said)
  if (both !== undefined) return { kind: 'exact', size: both }
  if (typeof said === 'object' && !Array.isArray(said) && typeof said.shortest_edge === 'number')
    return { kind: 'shortest', edge: said.shortest_edge }
  throw errors.unsupportedModel(`"${path}" names a "size" without "height" and "width", or "shortest_edge".`)
}

function bothEdges(said: Said['size']): Size | undefined {
  if (typeof said === 'number') return { width: said, height: said }
  if (Array.isArray(said)) return { height: said[0], width: said[1] }
  const { height, width } = said ?? {}
  return typeof height === 'number' && typeof width === 'number' ? { width, height } : undefined
}
