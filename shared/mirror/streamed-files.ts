import { keys } from '../table/keys.ts'
import type { Table } from '../table/table.ts'

/**
 * What a mirror has stored, or is storing, while it streams files to its clients. The import of the same repo looks
 * here, so that no byte is transferred twice.
 */

/** How long a small file is remembered, well beyond the time its import needs. */
const rememberedSeconds = 24 * 3600

/** Remembers a small file's sha256, because the upstream Hub only gives its git hash. */
export const rememberSmallFile = (table: Table, { repo, gitSha1, sha256, now }: SmallFile & { now: Date }) =>
  table.put({ ...keys.mirroredFile(repo, gitSha1), sha256, expiresAt: secondsOf(now) + rememberedSeconds })

export const findSmallFile = async (
  table: Table,
  { repo, gitSha1 }: Omit<SmallFile, 'sha256'>,
): Promise<string | undefined> => (await table.get<{ sha256: string }>(keys.mirroredFile(repo, gitSha1)))?.sha256

interface SmallFile {
  repo: string
  gitSha1: string
  sha256: string
}

/** Claims a large file that is being stored; called again, it extends the claim. */
export const holdStream = (table: Table, { repo, sha256, until }: Stream & { until: Date }) =>
  table.put({ ...keys.mirrorStream(repo, sha256), until: until.toISOString(), expiresAt: secondsOf(until) })

export const releaseStream = (table: Table, { repo, sha256 }: Stream) => table.delete(keys.mirrorStream(repo, sha256))

export async function isStreamed(table: Table, { repo, sha256, now }: Stream & { now: Date }): Promise<boolean> {
  const held = await table.get<{ until: string }>(keys.mirrorStream(repo, sha256))
  return held !== undefined && held.until > now.toISOString()
}

interface Stream {
  repo: string
  sha256: string
}

const secondsOf = (at: Date): number => Math.floor(at.getTime() / 1000)
