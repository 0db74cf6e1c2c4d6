import { keys } from './keys.ts'
import { present, type Table } from './table.ts'

/** A longer README.md is read where the files are. */
export const cardMaxBytes = 64 * 1024

interface Of {
  repoId: string
  revision: string
}

/** What a revision's README.md says, where it was small enough to be kept. */
export const getCard = async (table: Table, { repoId, revision }: Of): Promise<string | undefined> =>
  (await table.get<{ text: string }>(keys.revisionCard(repoId, revision)))?.text

/** Keeps the text of a revision's README.md. @throws ConditionFailed where the revision is gone */
export const putCard = (table: Table, { repoId, revision, text }: Of & { text: string }): Promise<void> =>
  table.transact([
    { check: keys.revision(repoId, revision), condition: present },
    { put: { ...keys.revisionCard(repoId, revision), text } },
  ])
