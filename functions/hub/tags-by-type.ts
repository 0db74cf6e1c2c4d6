import { hubLibraries, hubTasks } from '../../shared/model/hub-words.ts'
import type { HubApp } from './parts.ts'

/** The words that a list of models can be filtered by, as the Hub has them; Python asks without a token. */
export function addTagsByTypeRoute(app: HubApp) {
  app.get('/api/models-tags-by-type', (context) =>
    context.json({ pipeline_tag: tagsOf('pipeline_tag', hubTasks), library: tagsOf('library', hubLibraries) }),
  )
}

const tagsOf = (type: string, ids: ReadonlySet<string>) => [...ids].map((id) => ({ id, label: id, type }))
