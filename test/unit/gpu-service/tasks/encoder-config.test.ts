import { describe, expect, it } from 'vitest'
import { expectNear, json, plain, useRepos, variant } from '../support/sentence-repos.ts'
import { embedderModel } from '../support/test-models.ts'
import type { TestModel } from '../support/test-serving.ts'

/** The encoder's file as sentence-transformers 6 saves it. */
const encoder = (changes: object) =>
  json({
    transformer_task: 'feature-extraction',
    modality_config: { text: { method: 'forward', method_output_name: 'last_hidden_state' } },
    module_output_name: 'token_embeddings',
    processing_kwargs: { text: { padding: true } },
    ...changes,
  })

/** A tokenizer that keeps capitals, for which its vocabulary has no words. */
async function cased(name: string, isLowerCased: boolean): Promise<TestModel> {
  const file = JSON.parse((await embedderModel()).files['tokenizer.json']?.toString() ?? '')
  return variant(name, {
    'tokenizer.json': json({ ...file, normalizer: { ...file.normalizer, lowercase: false } }),
    'sentence_bert_config.json': json({ max_seq_length: 32, do_lower_case: isLowerCased }),
  })
}

const { ask, post, embed } = useRepos(() => [
  variant('plain', { 'modules.json': json(plain) }),
  ...['roberta', 'xlm-roberta'].map(async (encoder) => {
    const { 'sentence_bert_config.json': _, ...files } = (await embedderModel()).files
    const config = { max_seq_length: 5, do_lower_case: false }
    return {
      ...(await embedderModel(encoder)),
      files: { ...files, [`sentence_${encoder}_config.json`]: json(config) },
    }
  }),
  cased('cased', false),
  cased('lowered', true),
  ...['processor_kwargs', 'tokenizer_args'].map((named) =>
    variant(named.replace('_', '-'), { 'sentence_bert_config.json': json({ [named]: { model_max_length: 5 } }) }),
  ),
  variant('saved', { 'sentence_bert_config.json': encoder({}) }),
  variant('explicit', {
    'sentence_bert_config.json': encoder({
      processing_kwargs: {
        text: { padding: true, truncation: 'longest_first' },
        common: { truncation: true, add_special_tokens: true },
      },
      modality_config: { text: { method: 'forward', method_output_name: ['last_hidden_state'] } },
    }),
  }),
  variant('untruncated', {
    'sentence_bert_config.json': encoder({ processing_kwargs: { text: { truncation: false } } }),
  }),
  variant('whole-output', {
    'sentence_bert_config.json': encoder({
      modality_config: { text: { method: 'get_text_features', method_output_name: null } },
    }),
  }),
  variant('unmarked', {
    'sentence_bert_config.json': encoder({ processing_kwargs: { text: { add_special_tokens: false } } }),
  }),
  variant('pooler', {
    'sentence_bert_config.json': encoder({
      modality_config: { text: { method: 'forward', method_output_name: 'pooler_output' } },
    }),
  }),
])

describe("the encoder's settings of a sentence-transformers repo", () => {
  it.each(['processor-kwargs', 'tokenizer-args'])("texts are truncated as the encoder's %s say", async (name) => {
    const [tokens] = await post(name, '/embed_all', { inputs: 'the cat sat on the mat', truncate: true })
    expect(tokens).toHaveLength(5)
  })

  it.each(['roberta', 'xlm-roberta'])('texts are truncated as sentence_%s_config.json says', async (encoder) => {
    const [tokens] = await post(encoder, '/embed_all', { inputs: 'the cat sat on the mat', truncate: true })
    expect(tokens).toHaveLength(5)
  })

  it("texts are lowercased where the encoder's configuration asks for it", async () => {
    const [plain, shouted] = await embed('lowered', ['the cat sat', 'The CAT sat'])
    expectNear(shouted, plain ?? [])
    const [own, other] = await embed('cased', ['the cat sat', 'The CAT sat'])
    expectNear(own, plain ?? [])
    expect(other).not.toEqual(own)
  })

  it.each(['saved', 'explicit'])('an encoder that says what is the default is served: %s', async (name) => {
    const text = 'the cat sat on the mat'
    expectNear((await embed(name, text))[0], (await embed('plain', text, { normalize: true }))[0] ?? [])
  })

  it.each([
    ['unmarked', 'add_special_tokens'],
    ['untruncated', 'truncation'],
    ['whole-output', 'null'],
    ['pooler', 'pooler_output'],
  ])('refuses by name an encoder that makes other tokens or takes another output: %s', async (name, words) => {
    const response = await ask(`/api/v1/predict/${name}`, { inputs: 'a' })
    expect(response.status).toBe(422)
    expect(((await response.json()) as { error: string }).error).toContain(words)
  })
})
