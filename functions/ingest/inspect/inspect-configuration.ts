import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import { type JsonRecord, textIn } from './json-fields.ts'
import { picked, shownConfig, summariseConfig, withoutAbsent } from './model-config.ts'
import type { OpenedFiles } from './opened-files.ts'
import { summariseSentenceTransformers } from './sentence-transformers.ts'
import { readTokenizerModel, shownTokenizerConfig, summariseTokenizer } from './tokenizer.ts'

type FromConfiguration = Pick<
  RevisionMetadata,
  | 'architectures'
  | 'modelType'
  | 'dtype'
  | 'quantization'
  | 'sklearn'
  | 'tokenizer'
  | 'adapter'
  | 'sentenceTransformers'
  | 'config'
>

/** The metadata of the configuration files, and the parts that decide the task. */
export async function inspectConfiguration(files: OpenedFiles): Promise<{
  config: JsonRecord
  adapter: JsonRecord | undefined
  summary: FromConfiguration
}> {
  const config = (await files.json('config.json')) ?? {}
  const adapter = await files.json('adapter_config.json')
  const pipeline = await files.json('model_index.json')
  const quantization = await files.json('quantize_config.json')
  const tokenizerConfig = await files.json('tokenizer_config.json')
  const hasTemplateFile = files.paths.some((path) => templateFiles.has(path))
  const tokenizerModel = await files.attempt('tokenizer.json', readTokenizerModel)
  const modules = await files.jsonValue('modules.json')
  const encoderPath = files.paths.find((path) => /^sentence_[a-z-]+_config\.json$/.test(path))

  const said = quantization === undefined ? config : { quantization_config: quantization, ...config }
  const shown = withoutAbsent({
    ...shownConfig(said),
    tokenizer_config: tokenizerConfig && shownTokenizerConfig(tokenizerConfig),
    peft: picked(adapter, ['base_model_name_or_path', 'task_type']),
    diffusers: picked(pipeline, ['_class_name']),
  })
  return {
    config: said,
    adapter,
    summary: {
      ...summariseConfig(said),
      tokenizer: summariseTokenizer({ config: tokenizerConfig, model: tokenizerModel, hasTemplateFile }),
      adapter: adapter && { type: textIn(adapter, 'peft_type'), task: textIn(adapter, 'task_type') },
      sentenceTransformers: summariseSentenceTransformers({
        modules: Array.isArray(modules) ? modules : undefined,
        pooling: await files.json('1_Pooling/config.json'),
        encoder: encoderPath === undefined ? undefined : await files.json(encoderPath),
        settings: await files.json('config_sentence_transformers.json'),
      }),
      config: shown,
    },
  }
}

const templateFiles = new Set(['chat_template.jinja', 'chat_template.json'])
