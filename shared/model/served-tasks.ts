/**
 * The tasks that models are served for. The registry refuses a deployment for any other, and the service's table of
 * tasks is typed to implement each of them.
 */
export const servedTasks = [
  'feature-extraction',
  'sentence-similarity',
  'image-classification',
  'image-feature-extraction',
  'image-text-classification',
  'zero-shot-image-classification',
  'tabular-classification',
  'tabular-regression',
  'text-classification',
  'text-ranking',
  'token-classification',
  'zero-shot-classification',
  'fill-mask',
  'question-answering',
  // Any other graph.
  'tensors',
] as const

export type ServedTask = (typeof servedTasks)[number]

/** Tasks of the Hub that another task covers: a sentence similarity model returns embeddings, and compares them. */
const sameAs: Partial<Record<ServedTask, ServedTask>> = { 'sentence-similarity': 'feature-extraction' }

/** The one task name that a model is served under; its repo keeps the Hub's own. */
export const servedAs = (task: string | undefined): ServedTask =>
  task !== undefined && isServedTask(task) ? (sameAs[task] ?? task) : 'tensors'

export const isServedTask = (task: string): task is ServedTask => servedTasks.some((served) => served === task)
