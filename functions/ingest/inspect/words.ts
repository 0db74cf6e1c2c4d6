const listMax = 300
const wordMaxBytes = 300

/** Control characters, halves of characters, and those that turn the direction of what follows. */
const unshowable = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u

/** A word of a stranger as it may be shown and found, `undefined` where it may not. */
export function word(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  if (trimmed === undefined || trimmed === '') return undefined
  return Buffer.byteLength(trimmed) <= wordMaxBytes && !unshowable.test(trimmed) ? trimmed : undefined
}

/** Each once. */
export const words = (all: readonly string[]): string[] => [
  ...new Set(
    all
      .map(word)
      .filter((text) => text !== undefined)
      .slice(0, listMax),
  ),
]
