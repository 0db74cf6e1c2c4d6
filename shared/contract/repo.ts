import { z } from '@hono/zod-openapi'
import { repoId, timestamp } from './words.ts'

/** A tensor of an ONNX graph; -1 and names stand for sizes that a request decides. */
export const tensorSignature = z
  .object({ name: z.string(), type: z.string(), shape: z.array(z.union([z.number().int(), z.string()])).optional() })
  .openapi('TensorSignature')

export const onnxMetadata = z
  .object({
    path: z.string(),
    inputs: z.array(tensorSignature),
    outputs: z.array(tensorSignature),
    opset: z.record(z.string(), z.number().int()),
    producer: z.string().optional(),
    fault: z.string().optional().openapi({ description: 'Why the file cannot be served.' }),
  })
  .openapi('OnnxMetadata')

/** What the headers of a revision's files say, in the Hub's own words. */
export const revisionMetadata = z
  .object({
    task: z.string().optional().openapi({ example: 'feature-extraction' }),
    library: z.string().optional(),
    license: z.string().optional(),
    tags: z.array(z.string()),
    baseModels: z.array(z.string()),
    datasets: z.array(z.string()),
    languages: z.array(z.string()),
    parameters: z.number().int().optional().openapi({ description: 'Weights, counted from safetensors headers.' }),
    onnx: z.array(onnxMetadata),
    warnings: z.array(z.string()),
  })
  .openapi('RevisionMetadata')

export const repo = z
  .object({
    id: repoId,
    revision: z.string().openapi({ description: 'What the branch main names.' }),
    task: z.string().optional(),
    library: z.string().optional(),
    license: z.string().optional(),
    sizeBytes: z.number().int(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .openapi('Repo')

export const revisionFile = z
  .object({ path: z.string(), sizeBytes: z.number().int(), sha256: z.string() })
  .openapi('RevisionFile')

export const ref = z.object({ name: z.string(), revision: z.string() })

export const revision = z
  .object({
    id: z.string().openapi({ example: '5c38ec7c405ec4b44b94cc5a9bb96e735b38267a' }),
    repo: repoId,
    source: z.string(),
    sourceRevision: z.string().optional(),
    filesTotal: z.number().int(),
    sizeBytes: z.number().int(),
    metadata: revisionMetadata.optional().openapi({ description: 'Absent until the files have been inspected.' }),
    createdAt: timestamp,
    createdBy: z.string(),
  })
  .openapi('Revision')

export const repoDetail = repo
  .extend({ branches: z.array(ref), tags: z.array(ref), metadata: revisionMetadata.optional() })
  .openapi('RepoDetail')

export type Repo = z.infer<typeof repo>
export type RepoDetail = z.infer<typeof repoDetail>
export type Revision = z.infer<typeof revision>
export type RevisionMetadata = z.infer<typeof revisionMetadata>
export type OnnxMetadata = z.infer<typeof onnxMetadata>
export type TensorSignature = z.infer<typeof tensorSignature>
