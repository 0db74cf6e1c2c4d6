import type { Names } from './names.ts'
import type { RouteRow, RouteRows } from './route-row.ts'

/** A request to a model that is not the caller's, by whichever protocol. */
const ofModel = (path: (names: Names) => string, json?: unknown): RouteRow => ({
  about: 'thing',
  needs: 'infer',
  call: (names) => ({ path: path(names), ...(json !== undefined && { json }) }),
})

const aboutModel = (path: (names: Names) => string): RouteRow => ({
  about: 'thing',
  call: (names) => ({ path: path(names) }),
})

const named = (path: string, json: (model: string) => unknown): RouteRow => ({
  about: 'thing',
  needs: 'infer',
  call: ({ deployment }) => ({ path, json: json(deployment) }),
})

const amongModels = (path: string, json: unknown): RouteRow => ({
  about: 'list',
  needs: 'infer',
  call: () => ({ path, json }),
})

/** Told to whoever has a key before anything is looked for, in the path or in the body. */
const notServed = (path: string): RouteRow => ({ about: 'self', isRefused: true, call: () => ({ path, json: {} }) })

const open = (path: string): RouteRow => ({ about: 'open', call: () => ({ path }) })

const base = ({ owner, model }: Names) => `/models/${owner}/${model}`
const oip = ({ deployment }: Names) => `/v2/models/${deployment}`
const documents = { query: 'q', documents: ['a'] }
const texts = { inputs: 'a' }

/** Every route by which a model is asked. */
export const inferenceRows: RouteRows = {
  'POST /api/v1/predict/{deployment}': ofModel(({ deployment }) => `/api/v1/predict/${deployment}`, { inputs: [[1]] }),
  'POST /models/{owner}/{name}': ofModel(base, texts),
  'POST /v1/embeddings': named('/v1/embeddings', (model) => ({ model, input: 'a' })),
  'POST /v1/rerank': named('/v1/rerank', (model) => ({ model, ...documents })),
  'POST /v2/rerank': named('/v2/rerank', (model) => ({ model, ...documents })),
  'GET /v1/models': { about: 'list', needs: 'infer', call: () => ({ path: '/v1/models' }) },
  ...Object.fromEntries(
    ['embed', 'embed_all', 'embed_sparse', 'predict', 'tokenize'].map((route) => [
      `POST /models/{owner}/{name}/${route}`,
      ofModel((names) => `${base(names)}/${route}`, texts),
    ]),
  ),
  'POST /models/{owner}/{name}/rerank': ofModel((names) => `${base(names)}/rerank`, { query: 'q', texts: ['a'] }),
  'POST /models/{owner}/{name}/similarity': ofModel((names) => `${base(names)}/similarity`, {
    inputs: { source_sentence: 'a', sentences: ['b'] },
  }),
  'POST /models/{owner}/{name}/decode': ofModel((names) => `${base(names)}/decode`, { ids: [1] }),
  // What may be read of a model, whoever may call it may read, and who may read its repo.
  'GET /v2/models/{model}': aboutModel(oip),
  'GET /v2/models/{model}/ready': aboutModel((names) => `${oip(names)}/ready`),
  'GET /v2/models/{model}/stats': aboutModel((names) => `${oip(names)}/stats`),
  'POST /v2/models/{model}/infer': {
    ...ofModel((names) => `${oip(names)}/infer`, {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }],
    }),
    bodyMaxBytes: 64 * 1024 ** 2,
  },
  'POST /v2/repository/index': {
    about: 'list',
    call: () => ({ path: '/v2/repository/index', json: {} }),
  },
  'POST /models/{owner}/{name}/pipeline/{task}': ofModel(
    (names) => `${base(names)}/pipeline/feature-extraction`,
    texts,
  ),
  'POST /models/{owner}/{name}/invocations': ofModel((names) => `${base(names)}/invocations`, texts),
  'POST /models/{owner}/{name}/vertex': ofModel((names) => `${base(names)}/vertex`, { instances: [texts] }),
  // At the root, where nobody names a model, one is chosen among those that the caller may ask.
  ...Object.fromEntries(
    Object.entries({
      ...Object.fromEntries(
        ['', 'embed', 'embed_all', 'embed_sparse', 'predict', 'tokenize', 'invocations'].map((path) => [path, texts]),
      ),
      rerank: { query: 'q', texts: ['a'] },
      similarity: { inputs: { source_sentence: 'a', sentences: ['b'] } },
      decode: { ids: [1] },
      vertex: { instances: [texts] },
    }).map(([path, json]) => [`POST /${path}`, amongModels(`/${path}`, json)]),
  ),
  ...Object.fromEntries(
    ['info', 'health', 'ping', 'version'].map((route) => [
      `GET /models/{owner}/{name}/${route}`,
      aboutModel((names) => `${base(names)}/${route}`),
    ]),
  ),
  'GET /v1/models/{model}': aboutModel(({ deployment }) => `/v1/models/${deployment}`),
  'GET /v2/models/{model}/config': aboutModel((names) => `${oip(names)}/config`),
  'GET /v2/models/stats': { about: 'list', call: () => ({ path: '/v2/models/stats' }) },
  ...Object.fromEntries(
    ['load', 'unload'].map((verb) => [
      `POST /v2/repository/models/{model}/${verb}`,
      {
        about: 'thing' as const,
        needs: 'write' as const,
        call: ({ deployment }: Names) => ({ path: `/v2/repository/models/${deployment}/${verb}` }),
      },
    ]),
  ),
  'POST /v1/chat/completions': notServed('/v1/chat/completions'),
  'POST /v1/completions': notServed('/v1/completions'),
  'POST /v1/responses': notServed('/v1/responses'),
  'POST /v1/messages': notServed('/v1/messages'),
  'POST /v1/messages/count_tokens': notServed('/v1/messages/count_tokens'),
  'POST /models/{owner}/{name}/generate': notServed('/models/a/b/generate'),
  'POST /models/{owner}/{name}/generate_stream': notServed('/models/a/b/generate_stream'),
  'POST /v2/models/{model}/generate': { ...notServed('/v2/models/a/generate'), needs: 'infer' },
  'POST /v2/models/{model}/generate_stream': { ...notServed('/v2/models/a/generate_stream'), needs: 'infer' },
  'GET /v2': open('/v2'),
  'GET /v2/health/live': open('/v2/health/live'),
  'GET /v2/health/ready': open('/v2/health/ready'),
  'GET /health': open('/health'),
  'GET /ready': open('/ready'),
  'GET /metrics': open('/metrics'),
  'GET /info': { about: 'list', call: () => ({ path: '/info' }) },
}
