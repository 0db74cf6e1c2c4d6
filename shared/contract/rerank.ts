import { z } from '@hono/zod-openapi'

/** Jina's and Cohere's rerank for the API document; `gpu-service/protocols/rerank` answers it. */
export const rerankRequest = z
  .object({
    model: z.string().openapi({ example: 'reranker' }),
    query: z.string().min(1),
    documents: z.array(z.union([z.string(), z.object({ text: z.string() })])).min(1),
    top_n: z.number().int().positive().optional(),
    return_documents: z.boolean().optional(),
  })
  .openapi('RerankRequest')

export const rerankAnswer = z
  .object({
    id: z.string(),
    model: z.string(),
    results: z.array(
      z.object({
        index: z.number().int(),
        relevance_score: z.number(),
        document: z.object({ text: z.string() }).optional(),
      }),
    ),
    usage: z.object({ prompt_tokens: z.number().int(), total_tokens: z.number().int() }),
  })
  .openapi('RerankAnswer')

export const cohereFailure = z
  .object({ message: z.string(), code: z.string(), requestId: z.string() })
  .openapi('CohereError')
