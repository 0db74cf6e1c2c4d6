/** Sorts after every other character, so that appending it to a prefix gives the end of the prefix's range. */
export const lastCharacter = '\u{10FFFF}'
