import type { RevisionFile } from '../../shared/model/revision-id.ts'
import { allFiles } from '../../shared/table/repos.ts'
import { chooseGguf } from './choose-gguf.ts'
import { fileEntry } from './file-entry.ts'
import { findRepo } from './find-revision.ts'
import { hubErrors } from './hub-errors.ts'
import type { HubApp, HubParts } from './parts.ts'

/** R13: the file that llama.cpp gets, for `llama-cli -hf owner/name:Q4_K_M`. */
export function addGgufManifestRoute(app: HubApp, { table }: HubParts) {
  app.get('/v2/:owner/:name/manifests/:tag', async (context) => {
    const repo = await findRepo(context, { table, kind: 'model' })
    const tag = context.req.param('tag')
    const { revision } = repo
    const files = revision === undefined ? [] : await Array.fromAsync(allFiles(table, repo.id, revision))
    const chosen = chooseGguf(files, tag)
    if (revision === undefined || chosen === undefined) throw hubErrors.entryNotFound(`${tag}.gguf`, 'main')
    context.header('x-repo-commit', revision)
    const { model, projector } = chosen
    return context.json({ ggufFile: told(model), ...(projector && { mmprojFile: told(projector) }) })
  })
}

function told(file: RevisionFile) {
  const { oid, size, lfs } = fileEntry(file)
  return { rfilename: file.path, size, blobId: oid, ...(lfs && { lfs: { ...lfs, sha256: lfs.oid } }) }
}
