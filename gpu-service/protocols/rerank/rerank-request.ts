import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../../tasks/limits.ts'

const count = z.number().int().positive().nullish()

/** The requests of clients for Jina, Cohere (docs.cohere.com/v2/reference/rerank), vLLM, Infinity and Voyage. */
export const rerankRequest = z.object({
  model: z.string().nullish(),
  query: z.string().min(1, 'is empty'),
  documents: z.unknown(),
  top_n: count,
  return_documents: z.boolean().nullish(),
  /** Cohere's. */
  max_tokens_per_doc: count,
  /** Voyage's, as is `truncation`. */
  top_k: count,
  truncation: z.boolean().nullish(),
})

export type RerankRequest = z.output<typeof rerankRequest>

/**
 * Reads documents given as texts or as objects with a `text`. @throws AppError `invalid_request` naming the one at
 * fault.
 */
export function readDocuments(documents: unknown): string[] {
  if (!Array.isArray(documents) || documents.length === 0)
    throw errors.invalidRequest('"documents" must be a list of texts; not empty.', 'documents')
  if (documents.length > inputsMax)
    throw errors.invalidRequest(
      `"documents" has ${documents.length} items; the limit is ${inputsMax} per request.`,
      'documents',
    )
  return documents.map((document: unknown, index) => {
    const text = isRecord(document) ? document.text : document
    if (typeof text === 'string') return text
    const param = `documents[${index}]`
    throw errors.invalidRequest(`"${param}" must be a text, or an object with a "text".`, param)
  })
}

/** Whether a body is such a request, and not one of text-embeddings-inference on the same path. */
export const namesDocuments = (body: unknown): boolean =>
  isRecord(body) && body.documents !== undefined && body.texts === undefined

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
