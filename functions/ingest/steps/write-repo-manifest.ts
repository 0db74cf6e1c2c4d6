import type { StepMessage } from '../../../shared/ingest/message.ts'
import type { RepoManifest } from '../../../shared/model/manifest.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { followAliases } from '../../../shared/repos/follow-aliases.ts'
import { deviceOfPools } from '../../../shared/repos/pool-devices.ts'
import { manifestWritten } from '../../../shared/table/outbox.ts'
import { getRepo, listRefs } from '../../../shared/table/repos.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { putJson } from './write-manifest.ts'

/**
 * Writes a repo's manifest: its item and refs. Requested after each change, it writes the current state, so late or
 * duplicate messages are harmless. Also moves deployments along with their aliases, in case whoever moved the alias was
 * interrupted, or its revision was not inspected yet.
 */
export async function writeRepoManifest(
  { repoId }: Pick<StepMessage<'write-repo-manifest'>, 'repoId'>,
  { table, objects, poolDevices, now = () => new Date() }: WriteRepoManifest,
): Promise<void> {
  await followAliases(table, { repoId, deviceOf: deviceOfPools({ table, poolDevices, now }) })
  for (let isWritten = false; ; isWritten = true) {
    const repo = await getRepo(table, repoId)
    // A purged repo has none. A manifest that was not written here may be all that is left of a lost registry.
    if (repo === undefined) {
      if (isWritten) await objects.delete({ keys: [objectKeys.repoManifest(repoId)] })
      return manifestWritten(table, { repoId, version: undefined })
    }
    const { id, kind, owner, name, visibility, mirror, version, tags } = repo
    const { createdAt, createdBy, updatedAt, deletedAt, formerNames } = repo
    const found = await Array.fromAsync(listRefs(table, repoId))
    const refs = found.map(({ pk: _, sk: __, ...ref }: (typeof found)[number] & { pk?: string; sk?: string }) => ref)
    const about = {
      id,
      kind,
      owner,
      name,
      visibility,
      mirror,
      version,
      tags,
      createdAt,
      createdBy,
      updatedAt,
      deletedAt,
      formerNames,
    }
    const content: RepoManifest = { format: 1, ...about, refs }
    await putJson({ objects, key: objectKeys.repoManifest(repoId), content })
    // Two concurrent runs may have read in one order and written in the other.
    if ((await getRepo(table, repoId))?.version === version) return manifestWritten(table, { repoId, version })
  }
}

export type WriteRepoManifest = Pick<IngestDependencies, 'table' | 'objects' | 'poolDevices'> &
  Partial<Pick<IngestDependencies, 'now'>>
