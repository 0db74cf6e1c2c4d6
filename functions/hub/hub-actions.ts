import type { ActionPattern } from '../../shared/http/audit-actions.ts'

const repo = '/api/{kind:models|datasets}/{owner}/{name}'

/**
 * What the Hub protocol's writes are called in the audit log, by the names that the platform's own API has for the
 * same. Its questions by POST are not among them (`paths-info`, `preupload`, `validate-yaml`), nor are the bytes of an
 * upload: that one was begun is told, and the commit that makes something of it.
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
