import { Tokenizer } from '@huggingface/tokenizers'
import { errors } from '../../../shared/errors.ts'
import { refuseEndlessPatterns } from './endless-patterns.ts'
import { refuseEndlessStages } from './endless-stages.ts'
import { refuseEndlessTokens, refuseEndlessWords } from './endless-words.ts'
import { boundGrowth } from './growth.ts'
import { stagesOf } from './tokenizer-stages.ts'

export interface TokenizerFile {
  normalizer?: unknown
  pre_tokenizer?: unknown
  post_processor?: unknown
  decoder?: unknown
  model?: unknown
  added_tokens?: readonly { content: string }[] | undefined
}

export interface CheckedTokenizer {
  tokenizer: Tokenizer
  /** To be told how long a text is, or what tokens become one, before its way through the stages begins. */
  allowGrowth: (length: number) => void
}

const noWords = { type: 'WordLevel', vocab: {}, unk_token: '' }

/**
 * The library's tokenizer, where it takes little time and memory for any text: it works on the thread that answers
 * everybody. While it is made it normalises the tokens that a file adds, so its stages are looked at before.
 *
 * @throws AppError `unsupported_model` naming what is too much
 */
export function checkedTokenizer(file: TokenizerFile, config: object): CheckedTokenizer {
  const { added_tokens: added = [] } = file
  refuseEndlessTokens(added, config)
  const wordless = new Tokenizer({ ...file, model: noWords, added_tokens: [] }, {})
  refuseEndlessPatterns([wordless.normalizer, wordless.pre_tokenizer, wordless.decoder])
  const stages = stagesOf(wordless)
  refuseEndlessStages(stages)
  const allow = boundGrowth(stages)
  for (const { content } of added) {
    try {
      allow(content.length)
      wordless.normalizer?.normalize(content)
    } catch {
      throw errors.unsupportedModel(`"tokenizer.json" makes very much of the token "${content.slice(0, 20)}".`)
    }
  }
  const tokenizer = new Tokenizer(file, config)
  refuseEndlessWords(tokenizer.model)
  return { tokenizer, allowGrowth: boundGrowth(stagesOf(tokenizer)) }
}
