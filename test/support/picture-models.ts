import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesIn } from './files-in.ts'
import { modelsFolder } from './real-models.ts'

/**
 * The tiny picture models and their reference answers are outside the repository; tests that need them can be skipped.
 */
export const pictureModels =
  modelsFolder !== undefined && existsSync(join(modelsFolder, 'slipway/tiny-clip')) ? modelsFolder : undefined

export type PictureModelName = 'tiny-vit' | 'tiny-clip' | 'tiny-flava'

const folder = pictureModels ?? ''

export const pictureModelFiles = (name: PictureModelName): Promise<Record<string, Buffer>> =>
  filesIn(join(folder, 'slipway', name))

/** One of the reference pictures, valid or broken. */
export const picture = (name: string): Buffer<ArrayBuffer> =>
  Buffer.from(readFileSync(join(folder, 'reference/images', name)))

interface PictureRow {
  image: string
  text: string
  logits: number[]
  scores: number[]
  pixel_values: number[]
  image_embed: number[]
  logits_per_image: number[]
}

interface PictureReference {
  labels: string[]
  texts: string[]
  input_ids: number[][]
  text_embeds: number[][]
  logit_scale: number
  rows: PictureRow[]
}

export const pictureReference = (name: PictureModelName): PictureReference =>
  JSON.parse(readFileSync(join(folder, 'reference', `${name}.json`), 'utf8'))
