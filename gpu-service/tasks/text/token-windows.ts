export interface Window {
  start: number
  end: number
}

/** Windows over a long list of tokens, each sharing `stride` of them with the one before, as Hugging Face cuts them. */
export function tokenWindows({ length, size, stride }: TokenWindows): Window[] {
  const windows: Window[] = []
  for (let start = 0; ; start += size - stride) {
    const end = Math.min(start + size, length)
    windows.push({ start, end })
    if (end === length) return windows
  }
}

/** How many they will be. */
export const windowCount = ({ length, size, stride }: TokenWindows): number =>
  1 + Math.max(0, Math.ceil((length - size) / (size - stride)))

export interface TokenWindows {
  length: number
  /** The most tokens of a window; more than `stride`. */
  size: number
  stride: number
}
