import { keys } from './keys.ts'
import { present, type Table } from './table.ts'

/** A longer README.md is read from its file. */
export const cardMaxBytes = 64 * 1024

interface Of {
  repoId: string
  revision: string
}

/** The text of a revision's README.md, if it was small enough to keep. */
export const getCard = async (table: Table, { repoId, revision }: Of): Promise<string | undefined> =>
  (await table.get<{ text: string }>(keys.revisionCard(repoId, revision)))?.text

/** Stores the text of a revision's README.md. @throws ConditionFailed where the revision is gone */
export const putCard = (table: Table, { repoId, revision, text }: Of & { text: string }): Promise<void> =>
  table.transact([
    { check: keys.revision(repoId, revision), condition: present },
    { put: { ...keys.revisionCard(repoId, revision), text } },
  ])
