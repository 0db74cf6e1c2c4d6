import type { RepoKind } from '../../shared/table/keys.ts'

/** The protocol's paths for repos of one kind. */
export interface KindRoutes {
  kind: RepoKind
  /** For requests about a repo. */
  api: string
  /** Before a repo's name, for its files. */
  files: string
}

export const repoKinds: readonly KindRoutes[] = [
  { kind: 'model', api: '/api/models', files: '' },
  { kind: 'dataset', api: '/api/datasets', files: '/datasets' },
]

export const routesOf = (kind: RepoKind): KindRoutes => repoKinds.find((routes) => routes.kind === kind) as KindRoutes

/** The segments before the ref of a file: `/{owner}/{name}/resolve/`, plus the prefix of the kind. */
export const fileDepth = ({ files }: KindRoutes): number => 3 + files.split('/').length - 1
