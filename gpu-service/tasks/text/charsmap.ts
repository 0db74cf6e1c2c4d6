import { errors } from '../../../shared/errors.ts'

/** The limit of one replacement; Unicode's longest has eighteen characters. */
const replacementBytesMax = 256
/** Shorter graphemes are looked up as a whole. */
const clusterBytesMax = 6

const asciiPrintable = /^[ -~]*$/
/** Without any of these every code point is a grapheme. */
const joining = /[\p{M}\p{Cf}\r\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u

/**
 * Reads SentencePiece's own normalisation: a trie of the strings to replace, followed by the replacements. It differs
 * between models and from all of Unicode's normalisation forms.
 *
 * @param base64 `precompiled_charsmap` of tokenizer.json
 * @throws AppError `unsupported_model` for a map that is broken, or that expands a character too much
 */
export function readCharsmap(base64: string): (text: string) => string {
  const file = Buffer.from(base64, 'base64')
  const trieBytes = file.length >= 4 ? file.readUInt32LE(0) : -1
  if (trieBytes < 4 || trieBytes % 4 !== 0 || 4 + trieBytes > file.length)
    throw errors.unsupportedModel('"precompiled_charsmap" in "tokenizer.json" is broken.')
  const trie = Uint32Array.from({ length: trieBytes / 4 }, (_, unit) => file.readUInt32LE(4 + 4 * unit))
  const replacements = file.subarray(4 + trieBytes)
  assertShort(replacements)
  const clusters = new Intl.Segmenter('und', { granularity: 'grapheme' })
  const leavesAscii = asciiIsLeft(trie)

  const replacementOf = (bytes: Uint8Array): string | undefined => {
    const at = firstLeaf(trie, bytes)
    if (at === undefined) return undefined
    const end = replacements.indexOf(0, at)
    return replacements.toString('utf8', at, end < 0 ? replacements.length : end)
  }

  const ofCharacter = (character: string): string => replacementOf(Buffer.from(character)) ?? character

  const ofCluster = (cluster: string): string => {
    const bytes = Buffer.from(cluster)
    const whole = bytes.length < clusterBytesMax ? replacementOf(bytes) : undefined
    return whole ?? Array.from(cluster, ofCharacter).join('')
  }

  return (text) => {
    if (leavesAscii && asciiPrintable.test(text)) return text
    if (!joining.test(text)) return Array.from(text, ofCharacter).join('')
    return Array.from(clusters.segment(text), ({ segment }) => ofCluster(segment)).join('')
  }
}

/** Finds the value of the shortest prefix of some bytes in a double-array trie as Darts writes it. */
function firstLeaf(trie: Uint32Array, bytes: Uint8Array): number | undefined {
  let node = offsetOf(trie[0] ?? 0)
  for (const byte of bytes) {
    if (byte === 0) return undefined
    node ^= byte
    const unit = trie[node] ?? 0
    if (labelOf(unit) !== byte) return undefined
    node ^= offsetOf(unit)
    if (((unit >>> 8) & 1) === 1) return (trie[node] ?? 0) & 0x7fffffff
  }
  return undefined
}

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6)
const labelOf = (unit: number): number => (unit & 0x800000ff) >>> 0

const asciiIsLeft = (trie: Uint32Array): boolean =>
  Array.from({ length: 0x7f - 0x20 }, (_, index) => 0x20 + index).every(
    (code) => firstLeaf(trie, Uint8Array.of(code)) === undefined,
  )

function assertShort(replacements: Buffer): void {
  for (let start = 0; start < replacements.length; ) {
    const zero = replacements.indexOf(0, start)
    const end = zero < 0 ? replacements.length : zero
    if (end - start > replacementBytesMax)
      throw errors.unsupportedModel(
        `"precompiled_charsmap" in "tokenizer.json" replaces a character by ${end - start} bytes; the limit is ${replacementBytesMax}.`,
      )
    start = end + 1
  }
}
