import type { ActionPattern } from '../../shared/http/audit-actions.ts'

const repo = '/api/{kind:models|datasets}/{owner}/{name}'

/**
 * The Hub protocol's writes in the audit log, under the names of the same actions in the platform's API. Reads by POST
 * are left out (`paths-info`, `preupload`, `validate-yaml`), and so are the bytes of uploads: their beginning and the
 * commit are logged.
 */
export const hubActions: ActionPattern[] = [
  { method: 'POST', path: '/api/repos/create', action: 'repo.create' },
  { method: 'DELETE', path: '/api/repos/delete', action: 'repo.delete' },
  { method: 'POST', path: '/api/repos/move', action: 'repo.move' },
  { method: 'PUT', path: `${repo}/settings`, action: 'repo.update' },
  { method: 'POST', path: `${repo}/commit/{ref:.+}`, action: 'commit.create' },
  { method: 'POST', path: `${repo}/branch/{ref:.+}`, action: 'branch.create' },
  { method: 'DELETE', path: `${repo}/branch/{ref:.+}`, action: 'branch.delete' },
  { method: 'POST', path: `${repo}/tag/{ref:.+}`, action: 'tag.create' },
  { method: 'DELETE', path: `${repo}/tag/{ref:.+}`, action: 'tag.delete' },
  { method: 'POST', path: `${repo}/super-squash/{ref:.+}`, action: 'branch.squash' },
  { method: 'POST', path: `${repo}/duplicate`, action: 'repo.duplicate' },
  { method: 'POST', path: `${repo}/discussions`, action: 'discussion.create' },
  { method: 'POST', path: '/{kind:(?:datasets/)?}{owner}/{name}/info/lfs/objects/batch', action: 'upload.begin' },
]
