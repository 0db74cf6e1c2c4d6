export interface Window {
  start: number
  end: number
}

/** Splits a token list into windows that overlap by `stride` tokens, as Hugging Face does. */
export function tokenWindows({ length, size, stride }: TokenWindows): Window[] {
  const windows: Window[] = []
  for (let start = 0; ; start += size - stride) {
    const end = Math.min(start + size, length)
    windows.push({ start, end })
    if (end === length) return windows
  }
}

/** The number of windows that `tokenWindows` would return. */
export const windowCount = ({ length, size, stride }: TokenWindows): number =>
  1 + Math.max(0, Math.ceil((length - size) / (size - stride)))

export interface TokenWindows {
  length: number
  /** The most tokens of a window; must be greater than `stride`. */
  size: number
  stride: number
}
