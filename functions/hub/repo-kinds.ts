import type { RepoKind } from '../../shared/table/keys.ts'

/** Where the protocol has the repos of one kind. */
export interface KindRoutes {
  kind: RepoKind
  /** What is asked and told of a repo. */
  api: string
  /** Before a repo's name, where its files are. */
  files: string
}

export const repoKinds: readonly KindRoutes[] = [
  { kind: 'model', api: '/api/models', files: '' },
  { kind: 'dataset', api: '/api/datasets', files: '/datasets' },
]

export const routesOf = (kind: RepoKind): KindRoutes => repoKinds.find((routes) => routes.kind === kind) as KindRoutes

/** Segments of a path before the ref of a file: `/{owner}/{name}/resolve/`, with what stands before it. */
export const fileDepth = ({ files }: KindRoutes): number => 3 + files.split('/').length - 1
