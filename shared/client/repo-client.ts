import type { z } from 'zod'
import type { Alias, AliasMove, Tag } from '../contract/ref.ts'
import type {
  changeRepo,
  createRepo,
  Repo,
  RepoDetail,
  Revision,
  RevisionDiff,
  RevisionSummary,
} from '../contract/repo.ts'
import type { RevisionFileEntry } from '../contract/revision.ts'
import { type Page, type PageRequest, queryOf, type Send } from './request.ts'

/** A repo by name; a model unless `kind` says dataset. */
export interface NamedRepo {
  repo: string
  kind?: 'model' | 'dataset' | undefined
}

/** The filters of `GET /api/v1/repos`, which documents how they combine. */
export interface RepoListRequest extends PageRequest, Partial<Record<RepoFilter, string | undefined>> {}
export type RepoFilter =
  | 'kind'
  | 'status'
  | 'owner'
  | 'task'
  | 'library'
  | 'license'
  | 'tag'
  | 'prefix'
  | 'sort'
  | 'direction'

export function repoClient(send: Send) {
  const answer = async <Answer>(...request: Parameters<Send>): Promise<Answer> =>
    (await send<Answer>(...request)).answer
  const at = ({ repo, kind }: NamedRepo, path = '', query: object = {}) =>
    `/api/v1/repos/${repo}${path}${queryOf({ ...query, ...(kind === 'dataset' && { kind }) })}`
  const revision = (ref: string) => `/revisions/${encodeURIComponent(ref)}`
  const alias = (name: string) => `/aliases/${encodeURIComponent(name)}`

  return {
    listRepos: (request: RepoListRequest = {}) => answer<Page<Repo>>('GET', `/api/v1/repos${queryOf(request)}`),
    createRepo: (wanted: z.input<typeof createRepo>) => answer<Repo>('POST', '/api/v1/repos', wanted),
    getRepo: (repo: NamedRepo) => answer<RepoDetail>('GET', at(repo)),
    changeRepo: (repo: NamedRepo, wanted: z.input<typeof changeRepo>) => answer<Repo>('PATCH', at(repo), wanted),
    renameRepo: (repo: NamedRepo, to: string) => answer<Repo>('POST', at(repo, '/rename'), { to }),
    deleteRepo: (repo: NamedRepo, { force = false } = {}) =>
      answer<Repo>('DELETE', at(repo, '', force ? { force } : {})),
    undeleteRepo: (repo: NamedRepo) => answer<Repo>('POST', at(repo, '/undelete')),
    getRevision: (repo: NamedRepo, ref: string) => answer<Revision>('GET', at(repo, revision(ref))),
    listRevisions: (repo: NamedRepo, request: PageRequest & { ref?: string } = {}) =>
      answer<Page<RevisionSummary>>('GET', at(repo, '/revisions', request)),
    listFiles: (repo: NamedRepo, ref: string, request: PageRequest = {}) =>
      answer<Page<RevisionFileEntry>>('GET', at(repo, `${revision(ref)}/files`, request)),
    diffRevisions: (repo: NamedRepo, request: PageRequest & { from: string; to: string }) =>
      answer<RevisionDiff>('GET', at(repo, '/diff', request)),
    listTags: (repo: NamedRepo, request: PageRequest = {}) => answer<Page<Tag>>('GET', at(repo, '/tags', request)),
    createTag: (repo: NamedRepo, wanted: NewTag) => answer<Tag>('POST', at(repo, '/tags'), wanted),
    createVersion: (repo: NamedRepo, wanted: Omit<NewTag, 'name'>) =>
      answer<Tag>('POST', at(repo, '/versions'), wanted),
    deleteTag: (repo: NamedRepo, name: string) =>
      answer<undefined>('DELETE', at(repo, `/tags/${encodeURIComponent(name)}`)),
    listAliases: (repo: NamedRepo, request: PageRequest = {}) =>
      answer<Page<Alias>>('GET', at(repo, '/aliases', request)),
    getAlias: (repo: NamedRepo, name: string) => answer<Alias>('GET', at(repo, alias(name))),
    createAlias: (repo: NamedRepo, wanted: { name: string; revision: string; isProtected?: boolean }) =>
      answer<Alias>('POST', at(repo, '/aliases'), wanted),
    /** Fails where somebody else moved the alias since it was read. */
    moveAlias: (repo: NamedRepo, { name, version }: Alias, wanted: { revision?: string; isProtected?: boolean }) =>
      answer<Alias>('PATCH', at(repo, alias(name)), wanted, { 'if-match': `"${version}"` }),
    deleteAlias: (repo: NamedRepo, name: string) => answer<undefined>('DELETE', at(repo, alias(name))),
    listAliasMoves: (repo: NamedRepo, name: string, request: PageRequest = {}) =>
      answer<Page<AliasMove>>('GET', at(repo, `${alias(name)}/moves`, request)),
  }
}

interface NewTag {
  name: string
  revision: string
  message?: string
}
