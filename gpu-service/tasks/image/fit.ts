/** How a preprocessor resizes and crops a picture to the model's size. */
export interface FitSettings {
  resize: ResizeTo | undefined
  resample: Resample
  /** A centre crop; padded with black if the picture is smaller. */
  crop: Size | undefined
}

export type ResizeTo = { kind: 'exact'; size: Size } | { kind: 'shortest'; edge: number }

/** Pillow's constants. */
export type Resample = 0 | 1 | 2 | 3 | 4 | 5

export interface Size {
  width: number
  height: number
}

/** The part of a resized picture to keep, and its position on the black canvas of the result. */
export interface Fit {
  resized: Size
  /** The part of the resized picture that is kept. */
  kept: Size & { left: number; top: number }
  /** The size of the result, and the position of the kept part in it. */
  answer: Size & { left: number; top: number }
}

/** Computes the sizes with transformers' rounding. */
export function fitPicture(picture: Size, { resize, crop }: FitSettings): Fit {
  const resized = resizedSize(picture, resize)
  const across = cropped(resized.width, crop?.width ?? resized.width)
  const down = cropped(resized.height, crop?.height ?? resized.height)
  return {
    resized,
    kept: { left: across.from, top: down.from, width: across.kept, height: down.kept },
    answer: { left: across.at, top: down.at, width: across.size, height: down.size },
  }
}

function resizedSize({ width, height }: Size, resize: ResizeTo | undefined): Size {
  if (resize === undefined) return { width, height }
  if (resize.kind === 'exact') return resize.size
  const { edge } = resize
  return width <= height
    ? { width: edge, height: Math.trunc((edge * height) / width) }
    : { width: Math.trunc((edge * width) / height), height: edge }
}

/** The middle `size` of `length`; of a shorter one all of it, with the odd pixel of padding before it. */
function cropped(length: number, size: number): { from: number; kept: number; at: number; size: number } {
  if (size <= length) return { from: Math.floor((length - size) / 2), kept: size, at: 0, size }
  const before = Math.ceil((size - length) / 2)
  const start = Math.floor((length - size) / 2) + before
  // transformers pads and then crops, which moves an odd difference by one.
  return { from: 0, kept: length, at: before - start, size }
}
