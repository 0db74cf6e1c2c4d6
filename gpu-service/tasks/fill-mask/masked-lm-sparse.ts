import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { AppError, errors } from '../../../shared/errors.ts'
import type { ModelFiles } from '../../models/model-files.ts'
import { readModules } from '../feature-extraction/pooling-config.ts'
import { type Prompts, readPrompts } from '../feature-extraction/prompts.ts'
import { createTextInputs } from '../feature-extraction/text-inputs.ts'
import { createSparse, type Sparse } from '../sparse/sparse.ts'
import { defaultSplade, readSplade, type SparseConfig } from '../sparse/sparse-config.ts'
import { sparseModel } from '../sparse/sparse-model.ts'
import { wordCount } from '../sparse/word-cost.ts'
import type { BatcherFactory } from '../task-model.ts'
import type { TextModel } from '../text/text-model.ts'

interface MaskedLmSparse {
  how?: { config: SparseConfig; prompts: Prompts }
  /** Why there is none, which is no reason not to fill masks. */
  fault?: string
}

/** Reads how a masked language model makes sparse vectors: as its module says, or by SPLADE's defaults. */
export async function readMaskedLmSparse(files: ModelFiles): Promise<MaskedLmSparse> {
  try {
    const config = (await readSplade(files)) ?? (await readDefaultSplade(files))
    return { how: { config, prompts: await readPrompts(files) } }
  } catch (error) {
    if (error instanceof AppError) return { fault: error.message }
    throw error
  }
}

/** Modules of sentence-transformers that make other vectors of queries than of documents. */
const routing = ['Router', 'Asym', 'SparseStaticEmbedding']

async function readDefaultSplade(files: ModelFiles): Promise<SparseConfig> {
  const routed = (await readModules(files)).find(({ kind }) => routing.includes(kind))
  if (routed === undefined) return defaultSplade
  throw errors.unsupportedModel(
    `modules.json lists "${routed.kind}", which makes other vectors of queries than of documents and is not served.`,
  )
}

/** Computes sparse vectors with the graph that fills masks; creates its queue on first use, because few need it. */
export function maskedLmSparse({ model, logits, config, prompts, createBatcher }: MaskedLmSparseOptions): Sparse {
  const { tokenizer, texts, inputs, source } = model
  let sparse: Sparse | undefined
  return (request) => {
    sparse ??= createSparse({
      ...texts,
      batcher: createBatcher(sparseModel({ source, inputs, texts, config, logits })),
      texts: createTextInputs({ ...texts, tokenizer, includePrompt: true }),
      prompts,
      config,
      words: wordCount({ logits, ...texts }),
    })
    return sparse(request)
  }
}

interface MaskedLmSparseOptions {
  model: TextModel
  /** The output with a number for every word. */
  logits: Pick<TensorSignature, 'shape'>
  config: SparseConfig
  prompts: Prompts
  createBatcher: BatcherFactory
}
