import * as z from 'zod'
import type { Principal } from '../../../shared/auth/principal.ts'
import { inParallel } from '../../../shared/in-parallel.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { holdsBlob } from '../../../shared/table/held-blobs.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { allFiles } from '../../../shared/table/repos.ts'
import { requireRoom, StoredBytesExceeded } from '../../../shared/table/stored-bytes.ts'
import type { Table } from '../../../shared/table/table.ts'
import type { HubParts } from '../parts.ts'
import { choosePartBytes } from './plan-upload.ts'
import { uploadActions } from './upload-actions.ts'
import { createUploadAddresses } from './upload-address.ts'
import type { UploadParts } from './upload-parts.ts'

const objectsMax = 256
const readsAtOnce = 8

export const lfsBatch = z.object({
  operation: z.enum(['upload', 'download']),
  transfers: z.array(z.string()).optional(),
  objects: z
    .array(
      z.object({
        oid: z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in hex'),
        size: z.int().nonnegative(),
      }),
    )
    .max(objectsMax, `holds more than ${objectsMax} objects; ask for the rest in another request`),
  /** Python says `sha256`, JavaScript `sha_256`. */
  hash_algo: z
    .string()
    .regex(/^sha_?256$/, 'must be "sha256"')
    .optional(),
})

type LfsBatch = z.output<typeof lfsBatch>

interface BatchInput {
  batch: LfsBatch
  repo: RepoItem
  /** This server's origin, as the client knows it. */
  origin: string
  parts: UploadParts
}

/**
 * W4 for uploads: the client sends whatever the repo's owner does not hold, even if others do, and whatever was lost.
 */
export async function answerUploadBatch({
  batch,
  repo,
  origin,
  principal,
  parts,
}: BatchInput & { principal: Principal; parts: HubParts }) {
  const takesParts = batch.transfers?.includes('multipart') ?? false
  const distinct = [...new Map(batch.objects.map((object) => [object.oid, object])).values()]
  const known = await inParallel(distinct, readsAtOnce, async ({ oid }) => {
    const isHeld = await mayName({ oid, repo, principal }, parts.table)
    return { isHeld, isHere: isHeld && (await isStored(oid, parts)) }
  })
  const missing = distinct.filter((_, at) => known[at]?.isHere === false)
  const full = await fullness({ more: distinct.filter((_, at) => known[at]?.isHeld === false), repo, principal }, parts)
  if (full !== undefined) {
    const error = { code: full.status, message: full.message }
    const refused = new Set(missing)
    return { transfer: 'basic', objects: distinct.map((each) => (refused.has(each) ? { ...each, error } : each)) }
  }
  const sizes = missing.map(({ size }) => size)
  const plan = { repoId: repo.id, by: principal.userId, partBytes: choosePartBytes(sizes, parts.uploads), takesParts }
  const addresses = createUploadAddresses({ origin, secret: await parts.uploadSecret(), parts })
  const answers = await inParallel(missing, readsAtOnce, (object) => uploadActions({ object, plan, addresses, parts }))
  const byOid = new Map(answers.map((answer) => [answer.oid, answer]))
  const isInParts = answers.some(({ actions }) => actions?.upload.header !== undefined)
  // Each object once, because clients would send duplicates twice at the same time.
  const objects = distinct.map((object) => byOid.get(object.oid) ?? object)
  return { transfer: isInParts ? 'multipart' : 'basic', objects }
}

/** Why a commit of the missing objects would exceed the quota, so that nobody sends them in vain. */
async function fullness({ more, repo: { owner }, principal }: More, { table, limits }: HubParts) {
  // This also would tell such a key what its owner's other repos hold.
  if (isForOneRepo(principal)) return undefined
  const moreBytes = more.reduce((sum, { size }) => sum + size, 0)
  try {
    await requireRoom(table, { owner, moreBytes, storedBytesMax: limits.storedBytesMax })
  } catch (error) {
    if (error instanceof StoredBytesExceeded) return error
    throw error
  }
  return undefined
}

interface More {
  more: LfsBatch['objects']
  repo: RepoItem
  principal: Principal
}

const isForOneRepo = ({ limit }: Principal): boolean => limit !== undefined && !('owner' in limit)

/**
 * Whether a commit may reuse content without sending it. A key for one repo may not, because it would learn what the
 * owner's other repos hold, and could copy it.
 */
export const mayName = async (
  { oid, repo, principal }: { oid: string; repo: RepoItem; principal: Principal },
  table: Table,
): Promise<boolean> => !isForOneRepo(principal) && (await holdsBlob(table, { owner: repo.owner, sha256: oid }))

async function isStored(oid: string, { objects }: Pick<UploadParts, 'objects'>): Promise<boolean> {
  return (await objects.head({ key: objectKeys.blob(oid) })) !== undefined
}

/** W4 for downloads: content of the branch main is downloaded like any file. */
export async function answerDownloadBatch({ batch, repo, origin, parts }: BatchInput) {
  const wanted = new Set(batch.objects.map(({ oid }) => oid))
  const paths = new Map<string, string>()
  const { revision } = repo
  if (revision !== undefined)
    for await (const { sha256, path } of allFiles(parts.table, repo.id, revision))
      if (wanted.has(sha256)) paths.set(sha256, path)
  const prefix = `${origin}/${repo.kind === 'dataset' ? 'datasets/' : ''}${fullName(repo)}/resolve/${revision}`
  const objects = batch.objects.map((object) => {
    const path = paths.get(object.oid)
    if (path === undefined) return { ...object, error: { code: 404, message: 'The branch main has no such object.' } }
    const href = `${prefix}/${path.split('/').map(encodeURIComponent).join('/')}`
    return { ...object, actions: { download: { href } } }
  })
  return { transfer: 'basic', objects }
}
