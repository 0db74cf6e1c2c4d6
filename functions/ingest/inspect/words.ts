const listMax = 300
const wordMaxBytes = 300

/** Control characters, lone surrogates, and characters that reverse the text direction. */
const unshowable = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u

/** A stranger's word that is safe to display and search; `undefined` for any other. */
export function word(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  if (trimmed === undefined || trimmed === '') return undefined
  return Buffer.byteLength(trimmed) <= wordMaxBytes && !unshowable.test(trimmed) ? trimmed : undefined
}

/** Without duplicates. */
export const words = (all: readonly string[]): string[] => [
  ...new Set(
    all
      .map(word)
      .filter((text) => text !== undefined)
      .slice(0, listMax),
  ),
]
