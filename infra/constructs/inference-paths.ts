/** The public paths of a replica. Metrics are not among them, nor is anything not listed. */
export const inferencePaths: readonly string[] = [
  '/v1/{proxy+}',
  '/v2',
  '/v2/{proxy+}',
  '/models/{proxy+}',
  '/api/v1/predict/{proxy+}',
  // Text Embeddings Inference's, for a service with one model.
  '/',
  ...[
    'embed',
    'embed_all',
    'embed_sparse',
    'embeddings',
    'predict',
    'rerank',
    'similarity',
    'tokenize',
    'decode',
    'invocations',
    'vertex',
    'generate',
    'generate_stream',
  ].map((name) => `/${name}`),
  '/info',
  '/health',
  '/ready',
]
