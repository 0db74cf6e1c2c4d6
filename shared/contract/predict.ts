import { z } from '@hono/zod-openapi'

/** The largest prediction request without a picture, in any protocol. */
export const predictionMaxBytes = 4 * 1024 * 1024

const predictRequest = z
  .looseObject({
    inputs: z.unknown().openapi({
      description:
        'The input of the task, as in Hugging Face\'s API: one text or several; rows of numbers, or by column name, a number also as a text ("5.1"); a picture as base64 or a data URL; an object such as {"question", "context"} or {"source_sentence", "sentences"}.',
      example: [[5.1, 3.5, 1.4, 0.2]],
    }),
    parameters: z
      .looseObject({})
      .optional()
      .openapi({ description: "The task's own, such as top_k or candidate_labels; they may stand beside inputs too." }),
  })
  .openapi('PredictRequest')

const picture = z
  .string()
  .openapi({ format: 'binary', description: 'A JPEG, PNG, WebP, GIF or AVIF as it is, up to 16 MiB.' })

/** The request of a Hugging Face pipeline. */
export const predictBody = {
  body: {
    required: true,
    content: {
      'application/json': { schema: predictRequest },
      // Image models also accept the bare bytes of a picture.
      'image/*': { schema: picture },
      'application/octet-stream': { schema: picture },
    },
  },
}

export const predictAnswer = z
  .unknown()
  .openapi('PredictAnswer', { description: "The output of the task, as in Hugging Face's API." })

/** Errors in the shape of Hugging Face's pipelines, not the platform's own. */
export const predictFailure = z
  .object({
    error: z.string().openapi({ example: '"inputs[0]" has 3 values; the model takes 4.' }),
    code: z.string().openapi({ example: 'invalid_input' }),
    requestId: z.string(),
  })
  .openapi('PredictError')
