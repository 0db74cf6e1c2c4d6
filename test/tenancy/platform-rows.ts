import { inferenceRows } from './inference-rows.ts'
import { repoRows } from './repo-rows.ts'
import type { RouteRows } from './route-row.ts'

/** A row for each route of the OpenAPI document, deletions last. */
export const platformRows: RouteRows = {
  'POST /api/v1/auth/register': { about: 'open', call: () => ({ path: '/api/v1/auth/register', json: {} }) },
  'POST /api/v1/auth/login': { about: 'open', call: () => ({ path: '/api/v1/auth/login', json: {} }) },
  'POST /api/v1/auth/refresh': { about: 'open', call: () => ({ path: '/api/v1/auth/refresh', json: {} }) },
  'POST /api/v1/auth/logout': { about: 'open', call: () => ({ path: '/api/v1/auth/logout', json: {} }) },
  'GET /.well-known/jwks.json': { about: 'open', call: () => ({ path: '/.well-known/jwks.json' }) },
  'GET /api/v1/me': { about: 'self', call: () => ({ path: '/api/v1/me' }) },
  'POST /api/v1/auth/password': {
    about: 'self',
    isRefused: true,
    call: () => ({
      path: '/api/v1/auth/password',
      json: { currentPassword: 'not the one', newPassword: 'another long one' },
    }),
  },
  'GET /api/v1/auth/users': { about: 'platform', call: () => ({ path: '/api/v1/auth/users' }) },
  'PATCH /api/v1/auth/users/{id}': {
    about: 'platform',
    call: ({ userId }) => ({ path: `/api/v1/auth/users/${userId}`, json: { disabled: false } }),
  },
  'POST /api/v1/invitations': {
    about: 'platform',
    call: () => ({ path: '/api/v1/invitations', json: { email: 'someone@example.com' } }),
  },
  'GET /api/v1/invitations': { about: 'platform', call: () => ({ path: '/api/v1/invitations' }) },
  'DELETE /api/v1/invitations/{id}': {
    about: 'platform',
    call: ({ invitationId }) => ({ path: `/api/v1/invitations/${invitationId}` }),
  },
  'GET /api/v1/keys': { about: 'self', needs: 'admin', call: () => ({ path: '/api/v1/keys' }) },
  'POST /api/v1/keys': {
    about: 'self',
    needs: 'admin',
    call: () => ({ path: '/api/v1/keys', json: { name: 'made by tests' } }),
  },
  'GET /api/v1/owners': { about: 'list', call: () => ({ path: '/api/v1/owners' }) },
  'POST /api/v1/owners': {
    about: 'self',
    needs: 'admin',
    call: () => ({ path: '/api/v1/owners', json: { name: 'made-by-tests' } }),
  },
  'GET /api/v1/owners/{owner}': {
    about: 'namespace',
    needs: 'read',
    call: ({ organisation }) => ({ path: `/api/v1/owners/${organisation}` }),
  },
  'GET /api/v1/owners/{owner}/members': {
    about: 'namespace',
    needs: 'read',
    call: ({ organisation }) => ({ path: `/api/v1/owners/${organisation}/members` }),
  },
  'PUT /api/v1/owners/{owner}/members/{username}': {
    about: 'namespace',
    needs: 'admin',
    call: ({ organisation, member }) => ({
      path: `/api/v1/owners/${organisation}/members/${member}`,
      json: { role: 'write' },
    }),
  },
  'PUT /api/v1/owners/{owner}/quotas': {
    about: 'platform',
    call: ({ organisation }) => ({ path: `/api/v1/owners/${organisation}/quotas`, json: { repos: 7 } }),
  },
  'GET /api/v1/usage': { about: 'list', needs: 'read', call: () => ({ path: '/api/v1/usage' }) },
  'GET /api/v1/usage (owner)': {
    about: 'namespace',
    needs: 'read',
    call: ({ owner }) => ({ path: `/api/v1/usage?owner=${owner}` }),
  },
  'GET /api/v1/audit': {
    about: 'list',
    needs: 'read',
    tellsWhatWasAsked: true,
    call: () => ({ path: '/api/v1/audit' }),
  },
  'GET /api/v1/audit (owner)': {
    about: 'namespace',
    needs: 'read',
    call: ({ owner }) => ({ path: `/api/v1/audit?owner=${owner}` }),
  },
  'POST /api/v1/imports': {
    about: 'namespace',
    needs: 'write',
    call: ({ owner }) => ({ path: '/api/v1/imports', json: { source: 'hf://acme/none', repo: `${owner}/imported` } }),
  },
  'GET /api/v1/imports': { about: 'list', needs: 'read', call: () => ({ path: '/api/v1/imports' }) },
  'GET /api/v1/imports/{id}': {
    about: 'thing',
    needs: 'read',
    call: ({ importId }) => ({ path: `/api/v1/imports/${importId}` }),
  },
  'POST /api/v1/deployments': {
    about: 'thing',
    needs: 'write',
    call: ({ owner, model }) => ({ path: '/api/v1/deployments', json: { target: `${owner}/${model}` } }),
  },
  'GET /api/v1/deployments': { about: 'list', needs: 'read', call: () => ({ path: '/api/v1/deployments' }) },
  'GET /api/v1/deployments/{name}': {
    about: 'thing',
    needs: 'read',
    call: ({ deployment }) => ({ path: `/api/v1/deployments/${deployment}` }),
  },
  'PATCH /api/v1/deployments/{name}': {
    about: 'thing',
    needs: 'write',
    call: ({ deployment }) => ({ path: `/api/v1/deployments/${deployment}`, json: { idleSeconds: 60 } }),
  },
  'POST /api/v1/deployments/{name}/pause': {
    about: 'thing',
    needs: 'write',
    call: ({ deployment }) => ({ path: `/api/v1/deployments/${deployment}/pause`, json: {} }),
  },
  'POST /api/v1/deployments/{name}/resume': {
    about: 'thing',
    needs: 'write',
    call: ({ deployment }) => ({ path: `/api/v1/deployments/${deployment}/resume`, json: {} }),
  },
  ...inferenceRows,
  'POST /api/v1/maintenance': {
    about: 'platform',
    call: () => ({ path: '/api/v1/maintenance', json: { kind: 'gc', options: { dryRun: true } } }),
  },
  'GET /api/v1/maintenance': { about: 'platform', call: () => ({ path: '/api/v1/maintenance' }) },
  'GET /api/v1/maintenance/{id}': {
    about: 'platform',
    isRefused: true,
    call: () => ({ path: '/api/v1/maintenance/job_019a1b2c3d4e5f60718293a4' }),
  },
  'GET /api/v1/maintenance/{id}/findings': {
    about: 'platform',
    isRefused: true,
    call: () => ({ path: '/api/v1/maintenance/job_019a1b2c3d4e5f60718293a4/findings' }),
  },
  'GET /api/v1/backups': { about: 'platform', call: () => ({ path: '/api/v1/backups' }) },
  ...repoRows,
  'DELETE /api/v1/deployments/{name}': {
    about: 'thing',
    needs: 'write',
    call: ({ deployment }) => ({ path: `/api/v1/deployments/${deployment}` }),
  },
  'DELETE /api/v1/keys/{id}': {
    about: 'thing',
    needs: 'admin',
    call: ({ keyId }) => ({ path: `/api/v1/keys/${keyId}` }),
  },
  'DELETE /api/v1/owners/{owner}/members/{username}': {
    about: 'namespace',
    needs: 'admin',
    call: ({ organisation, member }) => ({ path: `/api/v1/owners/${organisation}/members/${member}` }),
  },
  'DELETE /api/v1/owners/{owner}': {
    about: 'namespace',
    needs: 'admin',
    call: ({ organisation }) => ({ path: `/api/v1/owners/${organisation}` }),
  },
}
