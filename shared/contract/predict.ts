import { z } from '@hono/zod-openapi'

/** The largest body of a prediction, in any protocol. */
export const predictionMaxBytes = 4 * 1024 * 1024

const row = z.union([z.array(z.number()), z.record(z.string(), z.number())])

export const predictRequest = z
  .object({
    inputs: z.union([z.string(), z.array(z.string()), z.array(row)]).openapi({
      description: 'Rows of numbers, or rows by column name, for tabular models; one text or several for text models.',
      example: [[5.1, 3.5, 1.4, 0.2]],
    }),
  })
  .openapi('PredictRequest')

const classified = z.object({
  label: z.union([z.string(), z.number()]),
  score: z.number().optional(),
  probabilities: z.record(z.string(), z.number()).optional(),
})

export const predictAnswer = z.union([z.array(classified), z.array(z.array(z.number()))]).openapi('PredictAnswer')

/** What is answered instead: the shape of Hugging Face's pipelines, not the platform's own. */
export const predictFailure = z
  .object({
    error: z.string().openapi({ example: '"inputs[0]" has 3 values; the model takes 4.' }),
    code: z.string().openapi({ example: 'invalid_input' }),
    requestId: z.string(),
  })
  .openapi('PredictError')
