import { Tokenizer } from '@huggingface/tokenizers'
import { type LibraryModel, type ModelFile, wordsOf } from './tokenizer-words.ts'

export interface TokenizerFile {
  normalizer?: unknown
  pre_tokenizer?: unknown
  post_processor?: unknown
  decoder?: unknown
  model?: unknown
  added_tokens?: readonly { content: string }[] | undefined
}

interface BuildTokenizer {
  file: TokenizerFile
  config: object
  /** The names in long objects of the file, where they were noted. */
  namesOf?: WeakMap<object, string[]> | undefined
}

/**
 * Creates the library's tokenizer in steps, because its constructor blocks the thread for most of a second when a
 * vocabulary has 250,000 words. The constructor gets a model without words, and the fields of that, which are private to
 * version 0.2, are then filled as it fills them; the tests compare the results.
 */
export function* buildTokenizer({ file, config, namesOf }: BuildTokenizer): Generator<void, Tokenizer> {
  const model = (file.model ?? {}) as ModelFile
  const words = wordsOf(model, config)
  if (words === undefined) return new Tokenizer(file, config)
  const tokenizer = new Tokenizer({ ...file, model: words.none(model) }, config)
  const built = tokenizer.model as unknown as LibraryModel
  built.config = model
  built.vocab.length = 0
  built.tokens_to_ids.clear()
  yield* words.add(built, model, namesOf)
  for (const { id, content } of tokenizer.added_tokens) {
    built.tokens_to_ids.set(content, id)
    built.vocab[id] = content
  }
  return Object.assign(tokenizer, { tokenizer: file })
}
