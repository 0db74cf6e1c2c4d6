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

/** The Hub's words that name what another one does here: a model for similar sentences gives vectors, and compares them. */
const sameAs: Partial<Record<ServedTask, ServedTask>> = { 'sentence-similarity': 'feature-extraction' }

/** What a model is served as, under one name wherever it is told. The Hub's own word stays with its repo. */
export const servedAs = (task: string | undefined): ServedTask =>
  task !== undefined && isServedTask(task) ? (sameAs[task] ?? task) : 'tensors'

export const isServedTask = (task: string): task is ServedTask => servedTasks.some((served) => served === task)
