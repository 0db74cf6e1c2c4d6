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
  /** A revision that no import brought in. */
  z.object({
    step: z.literal('inspect-revision'),
    repoId: z.string(),
    revision: z.string(),
    attempt: z.number().int().default(1),
  }),
  /** An upload of a client that is too large to be read within a request. */
  z.object({ step: z.literal('prove-upload'), uploadId: z.string(), attempt: z.number().int().default(1) }),
  /** What the repo is has changed, or what its refs name. */
  z.object({ step: z.literal('write-repo-manifest'), repoId: z.string(), attempt: z.number().int().default(1) }),
])

export type IngestMessage = z.infer<typeof ingestMessage>
/** The steps that belong to an import. */
export type ImportMessage = Extract<IngestMessage, { importId: string }>
export type StepMessage<Step extends IngestMessage['step']> = Extract<IngestMessage, { step: Step }>
