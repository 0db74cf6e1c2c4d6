import { Tokenizer } from '@huggingface/tokenizers'
import * as z from 'zod'
import { errors, messageOf } from '../../../shared/errors.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import { type CutPrefix, prefixCutter, sliceWhole } from './text-prefix.ts'

export const tokenizerFile = z.looseObject({
  truncation: z.looseObject({ max_length: z.number() }).nullish(),
  padding: z.looseObject({ pad_id: z.number() }).nullish(),
  pre_tokenizer: z
    .looseObject({ type: z.string(), pretokenizers: z.array(z.looseObject({ type: z.string() })).optional() })
    .nullish(),
})

export interface TextTokenizer {
  /** The ids of a text with special tokens, cut to `max` as Hugging Face's tokenizers cut it. */
  encode(text: string, max: number): number[]
  /** What tokenizer.json says. */
  file: z.infer<typeof tokenizerFile>
  idOf(token: string): number | undefined
}

/** @throws AppError `unsupported_model` naming the file. */
export async function openTokenizer(files: ModelFiles): Promise<TextTokenizer> {
  const path = 'tokenizer.json'
  const file = await readConfig(files, path, tokenizerFile)
  if (file === undefined)
    throw errors.unsupportedModel(`the repo has no "${path}"; texts cannot be turned into tokens without it.`)
  const config = (await readConfig(files, 'tokenizer_config.json', z.looseObject({}))) ?? {}
  // What the file says of cutting and padding is for training; here a text is cut to the model and padded to its batch.
  const { truncation: _truncation, padding: _padding, ...rest } = file
  try {
    const tokenizer = new Tokenizer(rest, config)
    const plain = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids
    const around = specialTokens({ plain: plain('a'), whole: tokenizer.encode('a').ids })
    const cut = prefixCutter(file)
    return {
      file,
      idOf: (token) => tokenizer.token_to_id(token),
      encode(text, max) {
        const { before, after } = around
        const keep = Math.max(0, max - before.length - after.length)
        return [...before, ...firstTokens({ text, keep, encode: plain, cut }), ...after]
      },
    }
  } catch (error) {
    throw errors.unsupportedModel(`the file "${path}" could not be read: ${messageOf(error)}`)
  }
}

/** Tokens near a cut may differ from those of the whole text; this many are not taken. */
const margin = 64
const charactersPerToken = 8
/** Beyond so many characters per token that is kept, and so many at all, a text is not read: no language needs them. */
const charactersPerTokenMax = 64
const charactersMax = 65_536

/**
 * The first `keep` tokens of a text, without tokenising much more of it than they need. A text whose tokens stand for
 * more than 64 characters each (endless runs of one sign) counts as ended there, so that none can hold up the others.
 */
export function firstTokens({ text, keep, encode, cut }: FirstTokens): number[] {
  const max = Math.min(charactersPerTokenMax * (keep + margin), Math.max(charactersMax, charactersPerToken * keep))
  for (let length = charactersPerToken * (keep + margin); ; length *= 2) {
    const prefix = cut(text, Math.min(length, max))
    const ids = encode(prefix.text.length > max ? sliceWhole(prefix.text, max) : prefix.text)
    if (prefix.isWhole || length >= max || ids.length >= keep + margin) return ids.slice(0, keep)
  }
}

interface FirstTokens {
  text: string
  keep: number
  /** Ids without special tokens. */
  encode: (text: string) => number[]
  cut: CutPrefix
}

/** What the tokenizer puts before and after every text, learnt from one. */
function specialTokens({ plain, whole }: { plain: number[]; whole: number[] }) {
  const start = whole.findIndex((_, index) => plain.every((id, offset) => whole[index + offset] === id))
  return { before: whole.slice(0, start), after: whole.slice(start + plain.length) }
}
