import { createHash } from 'node:crypto'
import type { Names } from './names.ts'
import { namespaceRows } from './namespace-rows.ts'
import type { RouteRow, RouteRows } from './route-row.ts'

const commit = [
  { key: 'header', value: { summary: 'a commit' } },
  {
    key: 'file',
    value: { path: 'new.txt', content: Buffer.from('nobody has this').toString('base64'), encoding: 'base64' },
  },
]
const ndjson = commit.map((line) => JSON.stringify(line)).join('\n')
const oid = createHash('sha256').update('what nobody uploaded').digest('hex')
const batch = (operation: string) => ({ operation, transfers: ['basic'], objects: [{ oid, size: 20 }] })

/** A row for each route that stands once for models and once for datasets. */
function rowsOfKind(kind: 'model' | 'dataset'): RouteRows {
  const api = `/api/${kind}s`
  const files = kind === 'model' ? '' : '/datasets'
  const named = (names: Names) => `${names.owner}/${names[kind]}`
  const row = (
    needs: RouteRow['needs'],
    path: (name: string) => string,
    rest: { json?: unknown; text?: string } = {},
  ) => ({
    about: 'repo' as const,
    ...(needs && { needs }),
    call: (names: Names) => ({ path: path(named(names)), ...rest }),
  })
  const refused = (given: RouteRow): RouteRow => ({ ...given, isRefused: true })
  const base = `${api}/:owner/:name`
  return {
    [`GET ${api}`]: { about: 'list', needs: 'read', call: () => ({ path: api }) },
    [`GET ${base}`]: row('read', (name) => `${api}/${name}`),
    [`GET ${base}/auth-check`]: row('read', (name) => `${api}/${name}/auth-check`),
    [`GET ${base}/auth-check/write`]: row('write', (name) => `${api}/${name}/auth-check/write`),
    [`GET ${base}/commits/:ref{.+}`]: row('read', (name) => `${api}/${name}/commits/main`),
    [`GET ${base}/refs`]: row('read', (name) => `${api}/${name}/refs`),
    [`GET ${base}/revision/:ref{.+}`]: row('read', (name) => `${api}/${name}/revision/main`),
    [`GET ${base}/tree/:rest{.+}`]: row('read', (name) => `${api}/${name}/tree/main`),
    [`GET ${base}/xet-read-token/:ref{.+}`]: refused(row('read', (name) => `${api}/${name}/xet-read-token/main`)),
    [`GET ${base}/xet-write-token/:ref{.+}`]: refused(row('write', (name) => `${api}/${name}/xet-write-token/main`)),
    [`GET ${files}/:owner/:name/raw/:rest{.+}`]: row('read', (name) => `${files}/${name}/raw/main/a.txt`),
    [`GET ${files}/:owner/:name/resolve/:rest{.+}`]: row('read', (name) => `${files}/${name}/resolve/main/a.txt`),
    [`GET ${base}/discussions`]: refused(row('read', (name) => `${api}/${name}/discussions`)),
    [`POST ${base}/paths-info/:ref{.+}`]: row('read', (name) => `${api}/${name}/paths-info/main`, {
      json: { paths: ['a.txt'] },
    }),
    [`POST ${base}/preupload/:ref{.+}`]: row('write', (name) => `${api}/${name}/preupload/main`, {
      json: { files: [{ path: 'b.txt', size: 1, sample: 'YQ==' }] },
    }),
    [`GET ${files}/:owner/:repo/info/refs`]: {
      about: 'open',
      call: (names) => ({ path: `${files}/${named(names)}.git/info/refs?service=git-upload-pack` }),
    },
    [`POST ${files}/:owner/:repo/info/lfs/objects/batch`]: row(
      'write',
      (name) => `${files}/${name}.git/info/lfs/objects/batch`,
      {
        json: batch('upload'),
      },
    ),
    [`POST ${files}/:owner/:repo/info/lfs/objects/batch (download)`]: row(
      'read',
      (name) => `${files}/${name}.git/info/lfs/objects/batch`,
      { json: batch('download') },
    ),
    [`POST ${base}/commit/:ref{.+}`]: row('write', (name) => `${api}/${name}/commit/main`, { text: ndjson }),
    [`POST ${base}/branch/:ref{.+}`]: row('write', (name) => `${api}/${name}/branch/dev`, { json: {} }),
    [`POST ${base}/tag/:ref{.+}`]: row('write', (name) => `${api}/${name}/tag/main`, { json: { tag: 'v1' } }),
    [`POST ${base}/discussions`]: refused(row('read', (name) => `${api}/${name}/discussions`, { json: {} })),
    [`POST ${base}/duplicate`]: refused(row('read', (name) => `${api}/${name}/duplicate`, { json: {} })),
    [`POST ${base}/super-squash/:ref{.+}`]: refused(
      row('write', (name) => `${api}/${name}/super-squash/main`, { json: {} }),
    ),
    [`ALL ${base}/lfs-files`]: refused(row('write', (name) => `${api}/${name}/lfs-files`, { json: {} })),
    [`ALL ${base}/lfs-files/:rest{.*}`]: refused(row('write', (name) => `${api}/${name}/lfs-files/x`, { json: {} })),
    [`PUT ${base}/settings`]: row('write', (name) => `${api}/${name}/settings`, { json: { private: true } }),
    ...Object.fromEntries(
      ['like', 'likers', 'user-access-request/:rest{.+}'].map((path) => [
        `ALL ${base}/${path}`,
        refused(row('read', (name) => `${api}/${name}/${path.replace(':rest{.+}', 'pending')}`)),
      ]),
    ),
    [`DELETE ${base}/branch/:ref{.+}`]: row('write', (name) => `${api}/${name}/branch/dev`),
    [`DELETE ${base}/tag/:ref{.+}`]: row('write', (name) => `${api}/${name}/tag/v1`),
  }
}

/** Parts of the public Hub that are missing here, whoever asks. */
const absent: RouteRows = Object.fromEntries(
  [
    '/api/users/:name/followers',
    '/api/users/:name/following',
    '/api/users/:name/likes',
    '/api/organizations/:name/followers',
    '/api/collections',
    '/api/collections/:rest{.+}',
    '/api/settings/webhooks',
    '/api/settings/webhooks/:rest{.+}',
    '/api/papers/:rest{.+}',
    '/api/daily_papers',
    '/api/jobs/:rest{.+}',
    '/api/scheduled-jobs/:rest{.+}',
    '/api/buckets/:rest{.+}',
  ].map((path): [string, RouteRow] => [
    `ALL ${path}`,
    { about: 'open', call: () => ({ path: path.replace(/:rest\{\.\+\}|:name/, 'any') }) },
  ]),
)

const signed = (path: (uploadId: string) => string, json: unknown): RouteRow => ({
  about: 'signed',
  call: ({ uploadId }) => ({ path: `${path(uploadId)}?expires=99999999999&signature=${'0'.repeat(64)}`, json }),
})

/** A row for each route of the Hub protocol, moves and deletions last. */
export const hubRows: RouteRows = {
  ...rowsOfKind('model'),
  ...rowsOfKind('dataset'),
  'GET /v2/:owner/:name/manifests/:tag': {
    about: 'repo',
    needs: 'read',
    call: ({ owner, model }) => ({ path: `/v2/${owner}/${model}/manifests/Q4_K_M` }),
  },
  ...absent,
  ...namespaceRows,
  'GET /api/models-tags-by-type': { about: 'open', call: () => ({ path: '/api/models-tags-by-type' }) },
  'GET /api/whoami-v2': { about: 'self', call: () => ({ path: '/api/whoami-v2' }) },
  'POST /api/validate-yaml': {
    about: 'open',
    call: () => ({ path: '/api/validate-yaml', json: { content: '', repoType: 'model' } }),
  },
  'GET /api/spaces': { about: 'open', call: () => ({ path: '/api/spaces' }) },
  'ALL /api/spaces/*': { about: 'open', call: () => ({ path: '/api/spaces/a/b' }) },
  'ALL /spaces/*': { about: 'open', call: () => ({ path: '/spaces/a/b' }) },
  'PUT /api/uploads/:id/content': signed((id) => `/api/uploads/${id}/content`, {}),
  'PUT /api/uploads/:id/parts/:number{[0-9]{1,5}}': signed((id) => `/api/uploads/${id}/parts/1`, {}),
  'POST /api/uploads/:id/complete': signed((id) => `/api/uploads/${id}/complete`, { oid, parts: [] }),
  'POST /api/uploads/:id/verify': signed((id) => `/api/uploads/${id}/verify`, { oid, size: 20 }),
  'POST /api/repos/create': {
    about: 'namespace',
    needs: 'write',
    call: ({ owner }) => ({ path: '/api/repos/create', json: { name: 'new', organization: owner, type: 'model' } }),
  },
  'POST /api/repos/move': {
    about: 'repo',
    needs: 'write',
    call: ({ owner, model }) => ({
      path: '/api/repos/move',
      json: { fromRepo: `${owner}/${model}`, toRepo: `${owner}/${model}-moved`, type: 'model' },
    }),
  },
  'DELETE /api/repos/delete': {
    about: 'repo',
    needs: 'write',
    call: ({ owner, dataset }) => ({
      path: '/api/repos/delete',
      json: { name: dataset, organization: owner, type: 'dataset' },
    }),
  },
}
