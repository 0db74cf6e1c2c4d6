import { Tokenizer } from '@huggingface/tokenizers'
import { AppError, errors } from '../../../shared/errors.ts'
import { OutOfTime, runWithTimeout } from '../../run-with-timeout.ts'
import { buildTokenizer, type TokenizerFile } from './build-tokenizer.ts'
import { exactStages } from './exact-stages.ts'
import { limitGrowth } from './growth.ts'
import { isKnownFast, type LibraryTokenizer } from './known-fast.ts'
import { refuseUnboundedStages } from './stage-limits.ts'
import { stagesOf } from './tokenizer-stages.ts'
import { refuseLongPieces, refuseManySpecials } from './vocabulary-limits.ts'

interface CheckedTokenizer {
  tokenizer: Tokenizer
  /** Must be called with the length of a text, or of the tokens to decode, before it passes through the stages. */
  allowGrowth: (length: number) => void
  /** Whether any piece of a text is known to take only milliseconds. */
  isKnownFast: boolean
}

/** Python's default, and all it does for BPE, whose texts have their own spaces. The library's is Python's former one. */
const spacesKept = { clean_up_tokenization_spaces: false }
/** Settings that Python obeys only without a tokenizer.json; the library obeys them with one, too. */
const ofSlowTokenizers = { remove_space: false }
const noWords = { type: 'WordLevel', vocab: {}, unk_token: '' }
/** Many times what the stages of any real tokenizer take for all of its own tokens. */
const stagesLimitMs = 1000

/**
 * Creates the library's tokenizer, in steps, if it takes little memory for any text. Its constructor runs the stages on
 * the tokens that a file adds, on the thread that serves all requests, so they are tried under a time limit first.
 *
 * @throws AppError `unsupported_model` naming what is too large or too slow
 */
export function* checkedTokenizer(
  file: TokenizerFile,
  config: object,
  { limitMs = stagesLimitMs, namesOf }: CheckTokenizer = {},
): Generator<void, CheckedTokenizer> {
  refuseManySpecials(config)
  try {
    runWithTimeout({ limitMs, work: () => tryStages(file) })
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error
    throw errors.unsupportedModel(
      `"tokenizer.json" takes longer than ${limitMs} ms to process its own added tokens: one of its patterns may backtrack too much.`,
    )
  }
  yield
  const settings = { ...spacesKept, ...config, ...(hasMerges(file.model) && spacesKept), ...ofSlowTokenizers }
  const tokenizer = yield* buildTokenizer({ file, config: settings, namesOf })
  yield
  exactStages(tokenizer, file.pre_tokenizer)
  refuseLongPieces(tokenizer.model)
  return {
    tokenizer,
    allowGrowth: limitGrowth(stagesOf(tokenizer)),
    isKnownFast: isKnownFast(tokenizer as unknown as LibraryTokenizer),
  }
}

interface CheckTokenizer {
  limitMs?: number
  /** The names in long objects of the file. */
  namesOf?: WeakMap<object, string[]> | undefined
}

const hasMerges = (model: unknown): boolean => typeof model === 'object' && model !== null && 'merges' in model

function tryStages(file: TokenizerFile): void {
  const { normalizer, pre_tokenizer, decoder } = new Tokenizer({ ...file, model: noWords, added_tokens: [] }, {})
  const stages = stagesOf({ normalizer, pre_tokenizer, decoder })
  refuseUnboundedStages(stages)
  const allow = limitGrowth(stages)
  for (const { content } of file.added_tokens ?? []) {
    allow(content.length)
    try {
      normalizer?.normalize(content)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      throw errors.unsupportedModel(`"tokenizer.json" expands the token "${content.slice(0, 20)}" too much.`)
    }
  }
}
