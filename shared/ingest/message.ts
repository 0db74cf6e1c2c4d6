import * as z from 'zod'

/** One step of an import. Parsed again when it arrives: a queue is an outside. */
export const ingestMessage = z.discriminatedUnion('step', [
  z.object({ step: z.literal('plan'), importId: z.string(), attempt: z.number().int().default(1) }),
  z.object({
    step: z.literal('transfer'),
    importId: z.string(),
    path: z.string(),
    partNumber: z.number().int().min(1).max(10_000),
    attempt: z.number().int().default(1),
  }),
  z.object({ step: z.literal('verify'), importId: z.string(), path: z.string(), attempt: z.number().int().default(1) }),
  z.object({ step: z.literal('publish'), importId: z.string(), attempt: z.number().int().default(1) }),
  /** Nothing moves the import any more: it is ended with a reason. */
  z.object({ step: z.literal('give-up'), importId: z.string(), attempt: z.number().int().default(1) }),
  z.object({ step: z.literal('inspect'), importId: z.string(), attempt: z.number().int().default(1) }),
])

export type IngestMessage = z.infer<typeof ingestMessage>
export type StepMessage<Step extends IngestMessage['step']> = Extract<IngestMessage, { step: Step }>
