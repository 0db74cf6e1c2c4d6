import { setTimeout as pause } from 'node:timers/promises'
import { BlobsBusy, keepBlobs } from '../../../shared/blobs/keep-blobs.ts'
import { AppError } from '../../../shared/errors.ts'
import { readSweepRound, type SweepRound } from '../../../shared/table/sweeps.ts'
import type { HubParts } from '../parts.ts'
import type { FileChange } from './apply-operations.ts'

/** Content that will stay, provided that the collection's round is unchanged at publication. */
export interface KeptContent {
  changes: FileChange[]
  round: SweepRound
}

const triesMax = 6
const pauseMs = 400

/** Stores what a commit needs, and repeats it where a collection is removing that right now. */
export async function keepContent(
  { repoId, store }: { repoId: string; store: () => Promise<FileChange[]> },
  { table, objects }: Pick<HubParts, 'table' | 'objects'>,
): Promise<KeptContent> {
  for (let tries = 1; tries <= triesMax; tries++) {
    const round = await readSweepRound(table, repoId)
    const changes = await store()
    const hashes = changes.flatMap((change) => (change.kind === 'put' ? [change.file.sha256] : []))
    try {
      const missing = await keepBlobs({ table, objects, round, hashes })
      if (missing.length === 0) return { changes, round }
    } catch (error) {
      if (!(error instanceof BlobsBusy)) throw error
    }
    await pause(pauseMs * tries)
  }
  throw new AppError({
    code: 'busy',
    status: 503,
    message: 'A collection is removing the same content at this moment. Send the commit again in a minute.',
    retryable: true,
    retryAfterSeconds: 30,
  })
}
