import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import type { FitSettings, Resample, ResizeTo, Size } from './fit.ts'
import type { PictureFamily } from './picture-families.ts'

const edgeMax = 2048

const edge = z.number().int().min(1).max(edgeMax)
const size = z.union([
  edge,
  z.tuple([edge, edge]),
  z.object({ height: edge.nullish(), width: edge.nullish(), shortest_edge: edge.nullish() }),
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
type Said = z.output<typeof sizes>

/** How pictures are resized and cropped to a model's size. @throws AppError `unsupported_model` naming the file */
export function fitOf({ said, family, path }: FitOf): FitSettings {
  const resample = (said.resample ?? family.resample) as Resample
  const named =
    said.size === undefined || said.size === null ? family.resize : resizeTo({ said: said.size, family, path })
  if (family.sizing === 'ConvNeXT') return convNextFit({ named, resample, cropPct: said.crop_pct ?? family.cropPct })
  const crops = said.do_center_crop ?? family.crops ?? (said.crop_size !== undefined && said.crop_size !== null)
  const crop = crops ? bothEdges(said.crop_size ?? family.crop) : undefined
  if (crops && crop === undefined) throw errors.unsupportedModel(`"${path}" crops pictures, but names no "crop_size".`)
  if (said.do_resize === false) return { resize: undefined, resample, crop }
  return { resize: enlarged({ named, family, cropPct: said.crop_pct ?? family.cropPct }), resample, crop }
}

interface FitOf {
  said: Said
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

function resizeTo({ said, family, path }: { said: NonNullable<Said['size']> } & Omit<FitOf, 'said'>): ResizeTo {
  if (typeof said === 'number' && family.isShortest) return { kind: 'shortest', edge: said }
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
