import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import type { ByteReader } from '../../../shared/onnx/byte-reader.ts'
import { countIn, isRecord, textIn } from './json-fields.ts'
import { jsonMembers } from './json-members.ts'
import { keepable } from './keepable.ts'

/** As the Hub's own `SPECIAL_TOKENS_ATTRIBUTES` in npm @huggingface/tasks. */
const specialTokens = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token']
const templateMaxLength = 32 * 1024

/** A tokenizer without a length limit says 10^30. */
const lengthMax = 100_000_000

/** Describes a tokenizer by its configuration and the chat template, which may be a file of its own. */
export function summariseTokenizer({ config, model, hasTemplateFile }: TokenizerInput): RevisionMetadata['tokenizer'] {
  if (config === undefined && model === undefined && !hasTemplateFile) return undefined
  const length = countIn(config, 'model_max_length')
  const template = config?.chat_template
  return {
    class: textIn(config, 'tokenizer_class'),
    model,
    lengthMax: length !== undefined && length < lengthMax ? length : undefined,
    hasChatTemplate:
      hasTemplateFile || typeof template === 'string' || (Array.isArray(template) && template.length > 0),
  }
}

interface TokenizerInput {
  /** The parsed tokenizer_config.json. */
  config: Record<string, unknown> | undefined
  /** The model type in tokenizer.json. */
  model: string | undefined
  hasTemplateFile: boolean
}

/** The parts of tokenizer_config.json that the Hub shows: the special tokens and the chat template. */
export function shownTokenizerConfig(config: Record<string, unknown>): Record<string, unknown> | undefined {
  const shown: [string, unknown][] = []
  for (const name of specialTokens) {
    const token = config[name]
    const text = isRecord(token) ? textIn(token, 'content') : token
    if (typeof text === 'string' && text.length <= 200) shown.push([name, text])
  }
  const template = config.chat_template
  if (typeof template === 'string' && template.length <= templateMaxLength) shown.push(['chat_template', template])
  // Several templates have names.
  else if (Array.isArray(template)) shown.push(['chat_template', keepable(template, templateMaxLength)])
  if (typeof config.use_default_system_prompt === 'boolean')
    shown.push(['use_default_system_prompt', config.use_default_system_prompt])
  return shown.length === 0 ? undefined : Object.fromEntries(shown)
}

/** tokenizer.json may have 30 MB, but names its model type before the vocabulary. */
const modelWithinBytes = 16 * 1024 ** 2

/** The model type in a tokenizer.json: `BPE`, `WordPiece`, `Unigram`, `WordLevel`. */
export async function readTokenizerModel(reader: ByteReader): Promise<string | undefined> {
  const end = Math.min(reader.sizeBytes, modelWithinBytes)
  for await (const [name, value] of jsonMembers({ reader, end, within: 'model' }))
    if (name === 'type') return typeof value === 'string' && /^[A-Za-z]{1,40}$/.test(value) ? value : undefined
  return undefined
}
