import * as z from 'zod'

/** One step of an import. Validated again on arrival, because a queue is outside the process. */
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
  /** Ends a stalled import, with a reason. */
  z.object({ step: z.literal('give-up'), importId: z.string(), attempt: z.number().int().default(1) }),
  z.object({ step: z.literal('inspect'), importId: z.string(), attempt: z.number().int().default(1) }),
  /** For a revision that was pushed, not imported. */
  z.object({
    step: z.literal('inspect-revision'),
    repoId: z.string(),
    revision: z.string(),
    attempt: z.number().int().default(1),
  }),
  /** For a client's upload that is too large to be verified within a request. */
  z.object({ step: z.literal('prove-upload'), uploadId: z.string(), attempt: z.number().int().default(1) }),
  /** The repo or its refs have changed. */
  z.object({ step: z.literal('write-repo-manifest'), repoId: z.string(), attempt: z.number().int().default(1) }),
])

export type IngestMessage = z.infer<typeof ingestMessage>
export type ImportMessage = Extract<IngestMessage, { importId: string }>
export type StepMessage<Step extends IngestMessage['step']> = Extract<IngestMessage, { step: Step }>
