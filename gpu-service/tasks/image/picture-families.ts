import type { Resample, ResizeTo } from './fit.ts'

/** The defaults of one of transformers' image processors. */
export interface PictureFamily {
  resize: ResizeTo
  /** Whether a single number is the shorter edge; else it is both edges. */
  isShortest: boolean
  resample: Resample
  /** The edge of the centre crop. */
  crop: number
  /** Whether it crops; `undefined` means only if the file has a crop size. */
  crops: boolean | undefined
  mean: Colours
  std: Colours
  /** Some never do. */
  normalizes: boolean
  isReversed: boolean
  /** How the configured size becomes the size to resize to. */
  sizing: 'as named' | 'ConvNeXT' | 'LeViT' | 'PoolFormer'
  cropPct: number
  /** The default of `include_top`; `undefined` if the processor has neither that nor `rescale_offset`. */
  top: boolean | undefined
}

type Colours = readonly [number, number, number]

const standard = [0.5, 0.5, 0.5] as const
const clip = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] } as const
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const

const exact = (edge: number) => ({ resize: { kind: 'exact', size: { width: edge, height: edge } } }) as const
const shortest = (edge: number) => ({ resize: { kind: 'shortest', edge }, isShortest: true }) as const

const vit: PictureFamily = {
  ...exact(224),
  isShortest: false,
  resample: 2,
  crop: 224,
  crops: undefined,
  mean: standard,
  std: standard,
  normalizes: true,
  isReversed: false,
  sizing: 'as named',
  cropPct: 1,
  top: undefined,
}
const middle = { ...vit, ...shortest(224), resample: 3, crops: true } as const
const mobileNet = { ...vit, ...shortest(256), crops: true } as const

/** By the names of the processors, and by the model types of repos that may name none. */
const families: readonly [RegExp, RegExp, PictureFamily][] = [
  [/^Beit/, /^(beit|data2vec-vision)$/, { ...vit, resample: 3, crops: false }],
  [/^Bit/, /^(bit|dinov2\w*|focalnet|hiera|pixio)$/, { ...middle, ...clip }],
  [/CLIP(?!Seg)/, /^(clip|chinese_clip|altclip|metaclip_2|mlcd)/, { ...middle, ...clip }],
  [/^Blip/, /^blip/, { ...vit, ...exact(384), ...clip, resample: 3 }],
  [/^Flava/, /^flava/, { ...vit, ...clip, resample: 3, crops: true }],
  [
    /^ConvNext/,
    /^(convnext|convnextv2|cvt|regnet|resnet|van)$/,
    { ...middle, ...shortest(384), crops: false, sizing: 'ConvNeXT', cropPct: 224 / 256 },
  ],
  [/^DeiT/, /^deit/, { ...vit, ...exact(256), resample: 3, crops: true }],
  [/^DINOv3/, /^dinov3_vit/, { ...vit, ...imagenet }],
  [/^DPT/, /^dpt/, { ...vit, ...exact(384), resample: 3 }],
  [/^EfficientNet/, /^efficientnet/, { ...vit, ...exact(346), resample: 3, crop: 289, crops: false, top: true }],
  [/^Levit/, /^levit/, { ...middle, ...imagenet, sizing: 'LeViT' }],
  [/^MobileNet/, /^mobilenet/, mobileNet],
  [/^MobileViT/, /^mobilevit/, { ...middle, crop: 256, normalizes: false, isReversed: true }],
  [/^PoolFormer/, /^poolformer/, { ...middle, ...imagenet, sizing: 'PoolFormer', cropPct: 0.9 }],
  [/^Pvt/, /^pvt/, { ...vit, ...imagenet, resample: 3 }],
  [/^Segformer/, /^segformer/, { ...vit, ...exact(512), ...imagenet }],
  [/^Siglip(?!2)/, /^siglip(?!2)/, { ...vit, resample: 3 }],
]

/** Processors that crop, pad or colour pictures in a way that is not served. */
const unservedProcessors = /^(ImageGPT|Perceiver|Siglip2|Donut|Nougat|GLPN|PPLCNet|VideoMAE|Vivit|TextNet)/

/** @returns `undefined` for a processor that is not served */
export function pictureFamily({ processor, modelType = '' }: PictureFamilyName): PictureFamily | undefined {
  if (processor === undefined) return families.find(([, types]) => types.test(modelType))?.[2] ?? vit
  if (unservedProcessors.test(processor)) return undefined
  return families.find(([names]) => names.test(processor))?.[2] ?? vit
}

interface PictureFamilyName {
  /** From the preprocessor's file. */
  processor: string | undefined
  /** From config.json. */
  modelType?: string | undefined
}
