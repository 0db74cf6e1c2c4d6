import type { Names } from './names.ts'
import type { RouteRow, RouteRows } from './route-row.ts'

const base = '/api/v1/repos/{owner}/{name}'

const row = (needs: RouteRow['needs'], path: string, json?: unknown): RouteRow => ({
  about: 'repo',
  ...(needs && { needs }),
  call: ({ owner, model }: Names) => ({ path: `/api/v1/repos/${owner}/${model}${path}`, json }),
})

/** A row for each route of a repo, deletions after what is deleted. */
export const repoRows: RouteRows = {
  'GET /api/v1/repos': { about: 'list', needs: 'read', call: () => ({ path: '/api/v1/repos' }) },
  'POST /api/v1/repos': {
    about: 'namespace',
    needs: 'write',
    call: ({ owner }) => ({ path: '/api/v1/repos', json: { name: `${owner}/made` } }),
  },
  [`GET ${base}`]: row('read', ''),
  [`PATCH ${base}`]: row('write', '', { tags: ['changed'] }),
  [`GET ${base}/revisions`]: row('read', '/revisions'),
  [`GET ${base}/revisions/{ref}`]: row('read', '/revisions/main'),
  [`GET ${base}/revisions/{ref}/manifest`]: row('read', '/revisions/main/manifest'),
  [`GET ${base}/revisions/{ref}/files`]: row('read', '/revisions/main/files'),
  [`GET ${base}/revisions/{ref}/files/{path}`]: row('read', '/revisions/main/files/a.txt'),
  [`GET ${base}/diff`]: row('read', '/diff?from=main&to=main'),
  [`GET ${base}/branches`]: row('read', '/branches'),
  [`POST ${base}/branches`]: row('write', '/branches', { name: 'made' }),
  [`PATCH ${base}/branches/{branch}`]: row('write', '/branches/made', { revision: 'main' }),
  [`DELETE ${base}/branches/{branch}`]: row('write', '/branches/made'),
  [`GET ${base}/tags`]: row('read', '/tags'),
  [`POST ${base}/tags`]: row('write', '/tags', { name: 'made' }),
  [`PATCH ${base}/tags/{tag}`]: row('write', '/tags/made', { revision: 'main' }),
  [`DELETE ${base}/tags/{tag}`]: row('write', '/tags/made'),
  [`GET ${base}/versions`]: row('read', '/versions'),
  [`POST ${base}/versions`]: row('write', '/versions', {}),
  [`GET ${base}/aliases`]: row('read', '/aliases'),
  [`POST ${base}/aliases`]: row('write', '/aliases', { name: 'made' }),
  [`GET ${base}/aliases/{alias}`]: row('read', '/aliases/champion'),
  [`GET ${base}/aliases/{alias}/moves`]: row('read', '/aliases/champion/moves'),
  [`PATCH ${base}/aliases/{alias}`]: row('write', '/aliases/champion', { revision: 'main' }),
  [`DELETE ${base}/aliases/{alias}`]: row('write', '/aliases/champion'),
  [`DELETE ${base}`]: row('write', ''),
  [`POST ${base}/undelete`]: row('write', '/undelete', {}),
  [`POST ${base}/rename`]: {
    about: 'repo',
    needs: 'write',
    call: ({ owner, model }) => ({
      path: `/api/v1/repos/${owner}/${model}/rename`,
      json: { to: `${owner}/${model}-renamed` },
    }),
  },
}
