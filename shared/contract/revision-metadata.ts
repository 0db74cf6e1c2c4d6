import { z } from '@hono/zod-openapi'

/** A tensor of an ONNX graph; -1 and names stand for dimensions that the request decides. */
const tensorSignature = z
  .object({ name: z.string(), type: z.string(), shape: z.array(z.union([z.number().int(), z.string()])).optional() })
  .openapi('TensorSignature')

const onnxMetadata = z
  .object({
    path: z.string(),
    inputs: z.array(tensorSignature),
    outputs: z.array(tensorSignature),
    opset: z.record(z.string(), z.number().int()),
    irVersion: z.number().int().optional(),
    producer: z.string().optional(),
    producerVersion: z.string().optional(),
    properties: z.record(z.string(), z.string()).optional().openapi({ description: 'Its metadata_props.' }),
    externalData: z.array(z.string()).optional().openapi({ description: 'The files of its external weights.' }),
    fault: z.string().optional().openapi({ description: 'Why the file cannot be served.' }),
  })
  .openapi('OnnxMetadata')

const ggufMetadata = z
  .object({
    path: z.string(),
    architecture: z.string().optional(),
    contextLength: z.number().int().optional(),
    quantization: z.string().optional().openapi({ example: 'Q4_K_M' }),
    parameters: z.number().int().optional(),
    hasChatTemplate: z.boolean().optional(),
    fault: z.string().optional(),
  })
  .openapi('GgufMetadata')

const count = z.number().int().optional()

/** What the headers of a revision's files say, under the Hub's names. */
export const revisionMetadata = z
  .object({
    task: z.string().optional().openapi({ example: 'feature-extraction' }),
    library: z.string().optional(),
    license: z.string().optional(),
    licenseName: z.string().optional(),
    licenseLink: z.string().optional(),
    tags: z.array(z.string()),
    baseModels: z.array(z.string()),
    relation: z.enum(['adapter', 'quantized', 'merge', 'finetune']).optional().openapi({
      description: 'Its relation to the base models: from the card, or else inferred from the files.',
    }),
    newVersion: z.string().optional().openapi({ description: 'The model that replaces it.' }),
    datasets: z.array(z.string()),
    languages: z.array(z.string()),
    metrics: z.array(z.string()).optional(),
    architectures: z.array(z.string()).optional(),
    modelType: z.string().optional(),
    dtype: z.string().optional().openapi({ description: 'The type of its weights, by config.json.' }),
    formats: z.array(z.string()).optional().openapi({ description: 'The formats of its weights.' }),
    parameters: z.number().int().optional().openapi({
      description: 'The number of weights, counted from the headers of safetensors files, or else of a GGUF file.',
    }),
    parametersByType: z
      .record(z.string(), z.number().int())
      .optional()
      .openapi({ example: { BF16: 1024 } }),
    quantization: z.object({ method: z.string().optional(), bits: count }).optional(),
    tokenizer: z
      .object({
        class: z.string().optional(),
        model: z.string().optional().openapi({ example: 'WordPiece' }),
        lengthMax: count,
        hasChatTemplate: z.boolean(),
      })
      .optional(),
    adapter: z.object({ type: z.string().optional(), task: z.string().optional() }).optional(),
    sentenceTransformers: z
      .object({
        modules: z.array(z.string()),
        pooling: z.string().optional(),
        dimensions: count,
        lengthMax: count,
        similarity: z.string().optional(),
      })
      .optional(),
    sklearn: z
      .object({
        kind: z.string().optional(),
        file: z.string().optional(),
        format: z.string().optional(),
        columns: count,
      })
      .optional(),
    gguf: z.array(ggufMetadata).optional(),
    onnx: z.array(onnxMetadata),
    config: z.record(z.string(), z.unknown()).optional().openapi({
      description: 'Further fields of configuration files that the Hub shows.',
    }),
    card: z.record(z.string(), z.unknown()).optional().openapi({
      description: "Further fields of the card's front matter.",
    }),
    warnings: z.array(z.string()),
  })
  .openapi('RevisionMetadata')

export type RevisionMetadata = z.infer<typeof revisionMetadata>
export type OnnxMetadata = z.infer<typeof onnxMetadata>
export type GgufMetadata = z.infer<typeof ggufMetadata>
export type TensorSignature = z.infer<typeof tensorSignature>
