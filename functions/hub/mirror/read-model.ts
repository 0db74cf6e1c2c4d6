import type { HfConnection } from '../../../shared/hf/hf-request.ts'
import { SourceError } from '../../../shared/hf/source.ts'
import { readJson } from './read-json.ts'
import { signedAddress } from './signed-address.ts'
import { claimsOpen, modelAnswer, type Snapshot, snapshotOf } from './snapshot.ts'

/**
 * Reads a repo at a ref, and checks with a second request without our token whether it is public. @throws SourceError
 * also for a gated repo whose files we may not read
 */
export async function readModel({ connection, repo, ref }: ModelRequest): Promise<Snapshot> {
  const [answer, isShown] = await Promise.all([
    readJson({ connection, ...questionOf(repo, ref), query: { blobs: 'true' } }),
    isShownToStrangers({ connection, repo, ref }),
  ])
  const snapshot = snapshotOf({ asked: repo, answer, isPublic: isShown && claimsOpen(answer) })
  const { commit, files: [first] = [] } = snapshot
  // A gated repo is listed for everyone, but its files need access.
  const isGated = answer.gated !== undefined && answer.gated !== false
  if (isGated && first !== undefined) await signedAddress({ connection, repo, commit, path: first.path })
  return snapshot
}

interface ModelRequest {
  connection: HfConnection
  repo: string
  ref: string
}

const questionOf = (repo: string, ref: string) => ({
  segments: ['api', 'models', ...repo.split('/'), 'revision', ref],
  schema: modelAnswer,
  subject: { repo, revision: ref },
})

const hidden = new Set(['source_unauthorized', 'source_forbidden', 'source_gated', 'source_not_found'])

/** A repo that was read with a token is tried again without it. */
async function isShownToStrangers({ connection, repo, ref }: ModelRequest): Promise<boolean> {
  if (connection.token === undefined) return true
  try {
    const stranger = { ...connection, token: undefined }
    return claimsOpen(await readJson({ connection: stranger, ...questionOf(repo, ref) }))
  } catch (error) {
    if (error instanceof SourceError && hidden.has(error.code)) return false
    throw error
  }
}
