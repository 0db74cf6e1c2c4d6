import { activity } from '../../../shared/table/import-activity.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'
import { keys, lists } from '../../../shared/table/keys.ts'
import type { RevisionItem } from '../../../shared/table/repos.ts'
import { absent, present, type TransactAction } from '../../../shared/table/table.ts'

/** The writes that publish a revision: itself, the branch main, the tag, the repo, and the import's next state. */
export function publication({ item, revision, known, now }: PublicationInput): TransactAction[] {
  const { repo, tag } = item
  const { id } = revision
  return [
    known
      ? { check: keys.revision(repo, id), condition: present }
      : { put: { ...keys.revision(repo, id), ...revision }, condition: absent },
    { put: { ...keys.branch(repo, 'main'), kind: 'branch', name: 'main', revision: id, updatedAt: now } },
    ...(tag === undefined ? [] : [tagWrite({ repo, tag, revision: id, now })]),
    {
      update: keys.repo(repo),
      change: {
        expression:
          'SET id = :id, revision = :revision, sizeBytes = :size, updatedAt = :now, createdAt = if_not_exists(createdAt, :now), listPk = :list, listSk = :id',
        values: { ':id': repo, ':revision': id, ':size': revision.sizeBytes, ':now': now, ':list': lists.repos },
      },
    },
    {
      update: keys.import(item.id),
      change: {
        expression: 'SET #state = :next, revision = :revision, updatedAt = :now, activeSk = :active',
        condition: '#state = :from',
        names: { '#state': 'state' },
        values: {
          ':from': 'TRANSFERRING',
          ':next': 'INSPECTING',
          ':revision': id,
          ':now': now,
          ':active': activity(now, item.id).activeSk,
        },
      },
    },
  ]
}

interface PublicationInput {
  item: ImportItem
  revision: RevisionItem
  /** Whether the same revision was published before. */
  known: boolean
  now: string
}

const tagWrite = ({
  repo,
  tag,
  revision,
  now,
}: Record<'repo' | 'tag' | 'revision' | 'now', string>): TransactAction => ({
  put: { ...keys.tag(repo, tag), kind: 'tag', name: tag, revision, updatedAt: now },
  condition: { expression: 'attribute_not_exists(pk) OR revision = :revision', values: { ':revision': revision } },
})
