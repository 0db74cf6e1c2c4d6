import { type RepoManifest, repoManifest } from '../../../shared/model/manifest.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ensureOrganisation } from '../../../shared/table/owners.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { entriesOf } from '../../../shared/table/repo-lists.ts'
import { allRevisions, getRepo, getRevision, keyOfRef } from '../../../shared/table/repos.ts'
import { absent } from '../../../shared/table/table.ts'
import { leadFromFormerNames } from '../former-names.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'
import { readManifest } from './read-manifest.ts'

/** A repo missing from the registry: its manifest describes it; without one its name is unknown. */
export async function lostRepo(repoId: string, parts: CheckParts): Promise<Discrepancy[]> {
  const { table, objects } = parts
  const said = await readManifest(objects, { key: objectKeys.repoManifest(repoId), schema: repoManifest })
  const { pk } = keys.repo(repoId)
  if (said === undefined || said === 'broken') {
    const { items } = await table.query({
      expression: 'pk = :pk AND begins_with(sk, :revision)',
      values: { ':pk': pk, ':revision': keys.revision(repoId, '').sk },
      limit: 1,
      consistent: true,
    })
    if (items.length === 0 && said === undefined) return []
    const message = `There is a repo ${repoId}, whose name neither the registry nor the bucket knows. A backup may.`
    return [{ kind: 'repo-lost', place: repoId, severity: 'error', message }]
  }
  const place = fullName(said)
  const claim = await table.get<{ repoId: string; redirectedAt?: string }>(keys.repoName(said.kind, place))
  const isTaken =
    claim !== undefined &&
    claim.repoId !== repoId &&
    claim.redirectedAt === undefined &&
    (await getRepo(table, claim.repoId)) !== undefined
  const message = `The bucket has the repo "${place}", and the registry does not know it${isTaken ? '; its name is taken by another one meanwhile. Rename that one first' : ''}.`
  const repair = () => bringRepoBack(said, parts)
  return [{ kind: 'repo-missing', place, severity: 'error', message, ...(!isTaken && { repair }) }]
}

/** Restores a repo from its manifest. Its metadata is inspected anew; its counters are lost. */
async function bringRepoBack({ format: _, refs, ...about }: RepoManifest, { table, ingest, now }: CheckParts) {
  // A lost namespace gets no owner; otherwise whoever takes its name would get the repo.
  await ensureOrganisation(table, { name: about.owner, createdBy: 'fsck', now: now() })
  const main = refs.find(({ kind, name }) => kind === 'branch' && name === 'main')
  const revision = main && (await getRevision(table, about.id, main.revision))
  const head = revision && { revision: revision.id, sizeBytes: revision.sizeBytes }
  const versions = refs.flatMap(({ name, versionNumber: number }) =>
    typeof number === 'number' ? [{ name, number }] : [],
  )
  const lastVersion = versions.length === 0 ? undefined : Math.max(...versions.map(({ number }) => number))
  const repo: RepoItem = { ...about, sizeBytes: 0, downloads: 0, ...head, ...(lastVersion && { lastVersion }) }
  await table.putMany(versions.map(({ name, number }) => ({ ...keys.version(repo.id, number), name })))
  await table.putMany(
    refs.map(({ pk: _pk, sk: _sk, ...ref }) => ({
      ...keyOfRef({ repoId: repo.id, kind: ref.kind, name: ref.name }),
      ...ref,
    })),
  )
  await table.transact([
    { put: { ...keys.repo(repo.id), ...repo }, condition: absent },
    ...entriesOf(repo).map((entry) => ({ put: entry })),
    { put: { ...keys.repoName(repo.kind, fullName(repo)), repoId: repo.id } },
  ])
  await leadFromFormerNames(repo, { table, now })
  for await (const { id } of allRevisions(table, repo.id))
    await ingest.send({ message: { step: 'inspect-revision', repoId: repo.id, revision: id, attempt: 1 } })
}
