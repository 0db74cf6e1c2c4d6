import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import { countIn, fieldIn, type JsonRecord, textIn } from './json-fields.ts'

const modulesMax = 20

/** For example `pooling_mode_mean_tokens` in the module's configuration. */
const poolingPrefix = /^pooling_mode_(?=.)/

/** The embedding settings in the files of sentence-transformers. */
export function summariseSentenceTransformers({
  modules,
  pooling,
  encoder,
  settings,
}: SentenceTransformersInput): RevisionMetadata['sentenceTransformers'] {
  if (modules === undefined && settings === undefined) return undefined
  const types = (modules ?? []).flatMap((entry) => textIn(entry, 'type')?.split('.').at(-1) ?? [])
  const modes = Object.keys(pooling ?? {}).filter((name) => poolingPrefix.test(name) && fieldIn(pooling, name) === true)
  return {
    modules: types.slice(0, modulesMax),
    pooling: textIn(pooling, 'pooling_mode') ?? modes[0]?.replace(poolingPrefix, '').replace(/_tokens?$/, ''),
    dimensions: countIn(pooling, 'word_embedding_dimension') ?? countIn(pooling, 'embedding_dimension'),
    lengthMax: countIn(encoder, 'max_seq_length'),
    similarity: textIn(settings, 'similarity_fn_name'),
  }
}

interface SentenceTransformersInput {
  /** modules.json, which is a list. */
  modules: unknown[] | undefined
  /** 1_Pooling/config.json */
  pooling: JsonRecord | undefined
  /** sentence_bert_config.json, and its variants for other encoders. */
  encoder: JsonRecord | undefined
  /** config_sentence_transformers.json */
  settings: JsonRecord | undefined
}
