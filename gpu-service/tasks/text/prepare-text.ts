import type { NormaliseStep } from './normalised-text.ts'

/**
 * Prepares a text so that the library's tokenizer agrees with Python's: lone surrogates are replaced, capital sigma
 * always becomes the same letter, and a Chinese character outside the basic plane is a word of its own.
 */
export function prepareText(file: { normalizer?: unknown }): NormaliseStep {
  const steps = flat(file.normalizer)
  const isLowering = steps.some(({ type, lowercase }) => type === 'Lowercase' || lowercase === true)
  const isSpacing = steps.some(({ handle_chinese_chars }) => handle_chinese_chars === true)
  return {
    type: 'Prepare',
    normalise(text) {
      if (!unusual.test(text)) return text
      let prepared = text.toWellFormed()
      if (isLowering) prepared = prepared.replaceAll('\u03a3', '\u03c3')
      return isSpacing ? prepared.replace(rareChinese, ' $& ') : prepared
    },
  }
}

const unusual = /[\u03a3\ud800-\udfff]/
const rareChinese = /[\u{20000}-\u{2a6df}\u{2a700}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu

interface NormalizerNode {
  type?: string
  lowercase?: boolean
  handle_chinese_chars?: boolean
  normalizers?: NormalizerNode[]
}

function flat(node: unknown): NormalizerNode[] {
  const one = node as NormalizerNode | null | undefined
  return one?.normalizers?.flatMap(flat) ?? (one ? [one] : [])
}
