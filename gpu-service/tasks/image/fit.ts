/** How a preprocessor brings a picture to the size that a model takes. */
export interface FitSettings {
  resize: ResizeTo | undefined
  resample: Resample
  /** Cut out of the middle; black where the picture is smaller. */
  crop: Size | undefined
}

export type ResizeTo = { kind: 'exact'; size: Size } | { kind: 'shortest'; edge: number }

/** Pillow's own numbers. */
export type Resample = 0 | 1 | 2 | 3 | 4 | 5

export interface Size {
  width: number
  height: number
}

/** Which part of a resized picture is wanted, and where it lies on the black ground of the answer. */
export interface Fit {
  resized: Size
  /** The part of the resized picture that is kept. */
  kept: Size & { left: number; top: number }
  /** What the model gets. */
  answer: Size & { left: number; top: number }
}

/** The sizes that transformers comes to, its roundings included. */
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

/** The middle `size` of `length`; of a shorter one all of it, with one more of black before than behind. */
function cropped(length: number, size: number): { from: number; kept: number; at: number; size: number } {
  if (size <= length) return { from: Math.floor((length - size) / 2), kept: size, at: 0, size }
  const before = Math.ceil((size - length) / 2)
  const start = Math.floor((length - size) / 2) + before
  // transformers pads and then cuts, which moves an odd difference by one.
  return { from: 0, kept: length, at: before - start, size }
}
