import type { Context } from 'hono'
import { version } from '../../../shared/version.ts'
import type { Route } from '../../deployments/route.ts'
import { inputsMax } from '../../tasks/limits.ts'
import type { ServingEnvironment } from '../serving-environment.ts'

/** `GET /info` below one model's base path: text-embeddings-inference's fields and our own. */
export function answerTeiInfo(
  context: Context<ServingEnvironment>,
  { item, task, describe, service }: Route,
): Response {
  return context.json({
    model_id: item.repo,
    model_sha: item.revision,
    model_dtype: /int8|quantized|qint|q8/.test(item.file)
      ? 'int8'
      : /fp16|float16/.test(item.file)
        ? 'float16'
        : 'float32',
    served_model_name: item.name,
    model_type: modelType({ describe, service }),
    // Admission goes by the estimated wait, not by a count, and runs are limited by estimated time.
    max_concurrent_requests: null,
    max_batch_tokens: null,
    max_batch_requests: null,
    max_input_length: describe.maxTokens ?? null,
    max_client_batch_size: inputsMax,
    auto_truncate: true,
    tokenization_workers: 1,
    version,
    sha: null,
    docker_label: null,
    name: item.name,
    repo: item.repo,
    ref: item.ref,
    revision: item.revision,
    file: item.file,
    task,
    ...describe,
  })
}

function modelType({
  describe,
  service: { capabilities },
}: Pick<Route, 'describe' | 'service'>): Record<string, unknown> {
  if (capabilities.sparse !== undefined) return { embedding: { pooling: 'splade' } }
  if (capabilities.embeddings !== undefined)
    return { embedding: { pooling: teiPooling[String(describe.pooling)] ?? describe.pooling ?? null } }
  const labels = Array.isArray(describe.labels) ? describe.labels.map(String) : []
  const names = {
    id2label: Object.fromEntries(labels.entries()),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
  }
  if (capabilities.rerank !== undefined) return { reranker: names }
  return capabilities.classify === undefined ? {} : { classifier: names }
}

/** The names of text-embeddings-inference for pooling modes. */
const teiPooling: Record<string, string> = { lasttoken: 'last_token' }
