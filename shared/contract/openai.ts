import { z } from '@hono/zod-openapi'

/** The OpenAI protocol for the API document; `gpu-service/protocols/openai` answers it. */
export const embeddingsRequest = z
  .object({
    model: z.string().openapi({ description: 'A deployment, `owner/name` or `owner/name@ref`.', example: 'minilm' }),
    input: z.union([z.string(), z.array(z.number()), z.array(z.union([z.string(), z.array(z.number())]))]),
    encoding_format: z.enum(['float', 'base64']).optional(),
    dimensions: z.number().int().positive().optional(),
  })
  .openapi('EmbeddingsRequest')

const embedding = z.object({
  object: z.literal('embedding'),
  index: z.number().int(),
  embedding: z.union([z.array(z.number()), z.string()]),
})

export const embeddingsAnswer = z
  .object({
    object: z.literal('list'),
    data: z.array(embedding),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.number().int(), total_tokens: z.number().int() }),
  })
  .openapi('EmbeddingsAnswer')

export const modelCard = z
  .looseObject({ id: z.string(), object: z.literal('model'), created: z.number(), owned_by: z.string() })
  .openapi('ModelCard')

export const modelList = z
  .object({
    object: z.literal('list'),
    data: z.array(modelCard),
  })
  .openapi('ModelList')

export const openaiFailure = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .openapi('OpenaiError')
