/**
 * What models are served for. The registry refuses a deployment for anything else at once, and the service has a task
 * for each of them, which its table of tasks is typed to hold.
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
  // Any graph for whose task there is nothing of its own.
  'tensors',
] as const

export type ServedTask = (typeof servedTasks)[number]

export const isServedTask = (task: string): task is ServedTask => servedTasks.some((served) => served === task)
