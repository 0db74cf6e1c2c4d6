import { z } from '@hono/zod-openapi'

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
