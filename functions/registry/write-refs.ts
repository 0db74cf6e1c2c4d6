import type { Context } from 'hono'
import { accessRepo } from '../../shared/auth/access-repo.ts'
import { principalOf } from '../../shared/auth/middleware.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { isMirror } from '../../shared/mirror/mirrored-repo.ts'
import { createRef, deleteRef, moveRef } from '../../shared/repos/change-ref.ts'
import { repoErrors } from '../../shared/repos/repo-errors.ts'
import { fullName, type RepoItem } from '../../shared/table/repo-item.ts'
import type { RefItem, RevisionItem } from '../../shared/table/repos.ts'
import { asked } from './asked-repo.ts'
import { ifMatch } from './if-match.ts'
import { announce, manifestMessage, type RepoParts } from './repo-parts.ts'
import { revisionOf } from './revisions.ts'

type RequestContext = Context<HttpEnvironment>

interface NamedRef {
  kind: 'branch' | 'tag'
  name: string
}

interface WantedRef extends NamedRef {
  /** The revision, as the caller named it. */
  revision: string
}

/** A mirror's branches and tags are the upstream Hub's; its aliases are local. */
export async function writableRepo(context: RequestContext, { table }: RepoParts): Promise<RepoItem> {
  const repo = await accessRepo(table, { ...asked(context), access: 'write' })
  if (isMirror(repo)) throw repoErrors.mirrorNotWritten(fullName(repo), repo.mirror ?? '')
  return repo
}

export async function createNamed(
  context: RequestContext,
  parts: RepoParts,
  { revision: at, ...named }: WantedRef & { message?: string | undefined },
): Promise<RefItem> {
  const { table, now } = parts
  const repo = await writableRepo(context, parts)
  const revision = await revisionOf(table, repo, at)
  const wanted = { ...named, revision, by: principalOf(context).username }
  const ref = await createRef({ table, repo, ref: wanted, now: now() })
  await announceRef(context, parts, { repo, ref, revision })
  return ref
}

export async function moveNamed(
  context: RequestContext,
  parts: RepoParts,
  { revision: to, expected = expectedOf(context), ...named }: WantedRef & { expected?: string | undefined },
): Promise<RefItem> {
  const { table, now } = parts
  const repo = await writableRepo(context, parts)
  const revision = await revisionOf(table, repo, to)
  const wanted = { ...named, revision, expected, by: principalOf(context).username }
  const ref = await moveRef({ table, repo, ref: wanted, now: now() })
  await announceRef(context, parts, { repo, ref, revision })
  return ref
}

export async function deleteNamed(
  context: RequestContext,
  parts: RepoParts,
  { expected = expectedOf(context), ...named }: NamedRef & { expected?: string | undefined },
): Promise<void> {
  const repo = await writableRepo(context, parts)
  await deleteRef({ table: parts.table, repo, ref: { ...named, expected } })
  await announce(context, parts, manifestMessage(repo.id))
}

const expectedOf = (context: RequestContext): string | undefined => ifMatch(context.req.header('if-match'))

/** A revision that enters main uninspected updates its repo once it is inspected. */
async function announceRef(
  context: RequestContext,
  parts: RepoParts,
  { repo, ref, revision }: { repo: RepoItem; ref: RefItem; revision: RevisionItem },
): Promise<void> {
  const isUnknown = ref.kind === 'branch' && ref.name === 'main' && revision.metadata === undefined
  const inspect = { step: 'inspect-revision' as const, repoId: repo.id, revision: revision.id, attempt: 1 }
  await announce(context, parts, ...(isUnknown ? [inspect] : []), manifestMessage(repo.id))
}
