import { errors } from '../../shared/errors.ts'
import type { Embeddings } from './feature-extraction/embeddings.ts'

/** What protocols may ask of a model besides its pipeline, kind by kind. A task has those that its models can do. */
export interface Capabilities {
  embeddings: Embeddings
}

/** The task that is named to a caller who asks for what a model cannot do. */
const taskFor: Record<keyof Capabilities, string> = {
  embeddings: 'feature-extraction',
}

/** @throws AppError `wrong_task` where the model cannot do it. */
export function capabilityOf<Kind extends keyof Capabilities>({ model, kind, route }: AskCapability<Kind>) {
  const capability = route.service.capabilities[kind]
  if (capability === undefined) throw errors.wrongTask(model, route.task, taskFor[kind])
  return capability
}

interface AskCapability<Kind extends keyof Capabilities> {
  /** As the caller named it. */
  model: string
  kind: Kind
  route: { task: string; service: { capabilities: Partial<Capabilities> } }
}
