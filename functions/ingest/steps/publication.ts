import { isRevisionId } from '../../../shared/model/repo-id.ts'
import { parseSource } from '../../../shared/model/source.ts'
import { activity } from '../../../shared/table/import-activity.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { RepoItem } from '../../../shared/table/repo-item.ts'
import { repoCreation, repoWrites } from '../../../shared/table/repo-write.ts'
import type { RevisionItem } from '../../../shared/table/repos.ts'
import { branchWrite, revisionWrites } from '../../../shared/table/revision-write.ts'
import type { TransactAction } from '../../../shared/table/table.ts'

/** The branch that an import moves: the requested one, else main. */
export function branchOf({ source }: Pick<ImportItem, 'source'>): string {
  const parsed = parseSource(source)
  return parsed.kind === 'hf' && !isRevisionId(parsed.ref) && parsed.ref !== 'HEAD' ? parsed.ref : 'main'
}

/**
 * Every branch it moves: an import into a repo to whose main nothing was pushed yet also moves main. A mirror may
 * request commits that were never main upstream, so those do not become main here.
 */
export function branchesOf(item: ImportItem, main: RevisionItem | undefined): string[] {
  const { source, mirror } = item
  const parsed = parseSource(source)
  if (mirror !== undefined) return parsed.kind === 'hf' && !isRevisionId(parsed.ref) ? [parsed.ref] : []
  const isMainUnused = main === undefined || (main.filesTotal === 0 && main.parent === undefined)
  return [...new Set([branchOf(item), ...(isMainUnused ? ['main'] : [])])]
}

/** The writes that publish a revision: the repo, the revision, its refs, and the import's next state. */
export function publication({
  item,
  before,
  after,
  revision,
  branches,
  head,
  main,
  known,
  now,
  reposMax,
}: PublicationInput): TransactAction[] {
  const { id, repoId } = revision
  const changesRepo = branches.includes('main') || before?.visibility !== after.visibility
  const by = item.createdBy
  return [
    ...(before === undefined
      ? repoCreation(after, { reposMax })
      : repoWrites({ before, after: changesRepo ? after : before })),
    ...revisionWrites({ revision, known }),
    ...branches.map((name) => {
      const from = (name === branchOf(item) ? head : main?.id) ?? 'absent'
      return branchWrite({ repoId, name, revision: id, from, now, by })
    }),
    ...(item.tag === undefined ? [] : [tagWrite({ repoId, tag: item.tag, revision: id, now, by })]),
    ...commitWrites(revision, now),
    {
      update: keys.import(item.id),
      change: {
        expression: 'SET #state = :next, revision = :revision, repoId = :repoId, updatedAt = :now, activeSk = :active',
        // Another delivery may have found a blob missing and counted its file back meanwhile.
        condition: '#state = :from AND filesDone = filesTotal',
        names: { '#state': 'state' },
        values: {
          ':from': 'TRANSFERRING',
          ':next': 'INSPECTING',
          ':revision': id,
          ':repoId': repoId,
          ':now': now,
          ':active': activity(now, item.id).activeSk,
        },
      },
    },
  ]
}

interface PublicationInput {
  item: ImportItem
  /** The current repo, if it exists. */
  before: RepoItem | undefined
  after: RepoItem
  revision: RevisionItem
  /** As in `branchesOf`. */
  branches: readonly string[]
  /** The branch's revision that this one is based on, if any. */
  head: string | undefined
  /** The revision of main, if any. */
  main: RevisionItem | undefined
  /** Whether the same revision was published before. */
  known: boolean
  now: string
  reposMax: number
}

/** Links the source's commit id to the revision, for clients that know it. */
const commitWrites = ({ repoId, id, sourceRevision }: RevisionItem, now: string): TransactAction[] =>
  sourceRevision === undefined || !isRevisionId(sourceRevision)
    ? []
    : [
        {
          put: {
            ...keys.commit(repoId, sourceRevision),
            kind: 'commit',
            name: sourceRevision,
            revision: id,
            updatedAt: now,
          },
        },
      ]

const tagWrite = ({
  repoId,
  tag,
  revision,
  now,
  by,
}: Record<'repoId' | 'tag' | 'revision' | 'now' | 'by', string>): TransactAction => ({
  put: { ...keys.tag(repoId, tag), kind: 'tag', name: tag, revision, updatedAt: now, updatedBy: by },
  condition: { expression: 'attribute_not_exists(pk) OR revision = :revision', values: { ':revision': revision } },
})
