import * as z from 'zod'
import { pathFault } from '../../../shared/model/file-path.ts'

const path = z.string().superRefine((text, context) => {
  const fault = pathFault(text)
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `"${text.slice(0, 200)}" is no path: ${fault}` })
})

/** A folder may have a trailing slash. */
const folder = z.preprocess((value) => (typeof value === 'string' ? value.replace(/\/$/, '') : value), path)

const header = z.object({
  summary: z.string().trim().min(1, 'says what the commit does, and is missing').max(500),
  description: z.string().max(20_000).nullish(),
  parentCommit: z.string().max(128).nullish(),
})

/** Strict, because an unknown field (such as a rename) must not be ignored silently. */
const values = {
  file: z.strictObject({ path, content: z.string(), encoding: z.enum(['base64', 'utf-8']).default('utf-8') }),
  lfsFile: z.strictObject({
    path,
    algo: z.literal('sha256'),
    oid: z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in hex'),
    size: z.number().int().nonnegative().optional(),
  }),
  deletedFile: z.strictObject({ path }),
  deletedFolder: z.strictObject({ path: folder }),
}

export const commitValues = { header, ...values }

export type CommitKey = keyof typeof commitValues
export type CommitHeader = z.output<typeof header>

/** A commit's change to one path. */
export type CommitOperation =
  | { kind: 'file'; path: string; content: Uint8Array }
  | { kind: 'lfsFile'; path: string; oid: string; sizeBytes: number | undefined }
  | { kind: 'deletedFile'; path: string }
  | { kind: 'deletedFolder'; path: string }
