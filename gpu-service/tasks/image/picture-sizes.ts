import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import type { FitSettings, Resample, ResizeTo, Size } from './fit.ts'
import type { PictureFamily } from './picture-families.ts'

const edgeMax = 2048

const edge = z.number().int().min(1).max(edgeMax)
const size = z.union([
  edge,
  z.tuple([edge, edge]),
  z.object({
    height: edge.nullish(),
    width: edge.nullish(),
    shortest_edge: edge.nullish(),
    longest_edge: z.number().nullish(),
  }),
])

/** The fields about sizes in a preprocessor's file. */
export const pictureSizes = {
  do_resize: z.boolean().nullish(),
  size: size.nullish(),
  resample: z.number().int().min(0).max(5).nullish(),
  crop_pct: z.number().min(0.1).max(1).nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: size.nullish(),
}

const sizes = z.object(pictureSizes)
type SizeConfig = z.output<typeof sizes>

/** How pictures are resized and cropped to a model's size. @throws AppError `unsupported_model` naming the file */
export function fitOf({ config, family, path }: FitOf): FitSettings {
  const resample = (config.resample ?? family.resample) as Resample
  const named =
    config.size === undefined || config.size === null ? family.resize : resizeTo({ given: config.size, family, path })
  if (family.sizing === 'ConvNeXT') return convNextFit({ named, resample, cropPct: config.crop_pct ?? family.cropPct })
  const crops = config.do_center_crop ?? family.crops ?? (config.crop_size !== undefined && config.crop_size !== null)
  const crop = crops ? bothEdges(config.crop_size ?? family.crop) : undefined
  if (crops && crop === undefined) throw errors.unsupportedModel(`"${path}" crops pictures, but names no "crop_size".`)
  if (config.do_resize === false) return { resize: undefined, resample, crop }
  return { resize: enlarged({ named, family, cropPct: config.crop_pct ?? family.cropPct }), resample, crop }
}

interface FitOf {
  config: SizeConfig
  family: PictureFamily
  path: string
}

/**
 * Below 384, ConvNeXT resizes to a larger picture and crops its centre; from 384 on it resizes without keeping the
 * aspect ratio.
 */
function convNextFit({
  named,
  resample,
  cropPct,
}: {
  named: ResizeTo
  resample: Resample
  cropPct: number
}): FitSettings {
  const edge = edgeOf(named)
  const square = { width: edge, height: edge }
  if (edge >= 384) return { resize: { kind: 'exact', size: square }, resample, crop: undefined }
  return { resize: { kind: 'shortest', edge: Math.trunc(edge / cropPct) }, resample, crop: square }
}

/** LeViT and PoolFormer resize to more than the configured size, then crop the centre. */
function enlarged({ named, family, cropPct }: { named: ResizeTo; family: PictureFamily; cropPct: number }): ResizeTo {
  if (family.sizing === 'LeViT' && named.kind === 'shortest')
    return { kind: 'shortest', edge: Math.trunc((256 / 224) * named.edge) }
  if (family.sizing !== 'PoolFormer') return named
  if (named.kind === 'shortest' || named.size.width === named.size.height)
    return { kind: 'shortest', edge: Math.trunc(edgeOf(named) / cropPct) }
  const { width, height } = named.size
  return { kind: 'exact', size: { width: Math.trunc(width / cropPct), height: Math.trunc(height / cropPct) } }
}

const edgeOf = (to: ResizeTo): number => (to.kind === 'shortest' ? to.edge : to.size.width)

function resizeTo({
  given,
  family,
  path,
}: { given: NonNullable<SizeConfig['size']> } & Omit<FitOf, 'config'>): ResizeTo {
  if (typeof given === 'number' && family.isShortest) return { kind: 'shortest', edge: given }
  const both = bothEdges(given)
  if (both !== undefined) return { kind: 'exact', size: both }
  if (typeof given === 'object' && !Array.isArray(given) && typeof given.shortest_edge === 'number') {
    if (typeof given.longest_edge === 'number' && family.sizing === 'as named') throw boundedSize(path)
    return { kind: 'shortest', edge: given.shortest_edge }
  }
  throw errors.unsupportedModel(`"${path}" names a "size" without "height" and "width", or "shortest_edge".`)
}

/** Since version 5 of transformers, the longest edge makes a long picture smaller than its shortest edge says. */
const boundedSize = (path: string) =>
  errors.unsupportedModel(`"${path}" bounds the "longest_edge" of a "size" with "shortest_edge", which is not served.`)

function bothEdges(given: SizeConfig['size']): Size | undefined {
  if (typeof given === 'number') return { width: given, height: given }
  if (Array.isArray(given)) return { height: given[0], width: given[1] }
  const { height, width } = given ?? {}
  return typeof height === 'number' && typeof width === 'number' ? { width, height } : undefined
}
