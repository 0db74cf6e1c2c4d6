import type { RouteRows } from './route-row.ts'

/** What the Hub protocol tells of users and organisations; called before the platform's routes delete the organisation. */
export const namespaceRows: RouteRows = {
  'GET /api/users/:name/overview': {
    about: 'namespace',
    needs: 'read',
    call: ({ owner }) => ({ path: `/api/users/${owner}/overview` }),
  },
  'GET /api/organizations/:name/overview': {
    about: 'namespace',
    needs: 'read',
    call: ({ organisation }) => ({ path: `/api/organizations/${organisation}/overview` }),
  },
  'GET /api/organizations/:name/members': {
    about: 'namespace',
    needs: 'read',
    call: ({ organisation }) => ({ path: `/api/organizations/${organisation}/members` }),
  },
  'GET /api/organizations/:name/settings/repositories': {
    about: 'namespace',
    needs: 'read',
    call: ({ organisation }) => ({ path: `/api/organizations/${organisation}/settings/repositories` }),
  },
  'GET /api/settings/repositories': {
    about: 'self',
    needs: 'read',
    call: () => ({ path: '/api/settings/repositories' }),
  },
}
