/** Paths of the auth function. */
export const authPaths = [
  '/api/v1/me',
  '/api/v1/auth/{proxy+}',
  ...['keys', 'owners', 'invitations'].flatMap((path) => [`/api/v1/${path}`, `/api/v1/${path}/{proxy+}`]),
  '/.well-known/jwks.json',
]

/** Paths of the registry below those of the auth function, because it may write usage. */
export const registryPaths = ['/api/v1/owners/{owner}/quotas']

/** Paths of the maintenance function. */
export const maintenancePaths = ['/api/v1/maintenance', '/api/v1/maintenance/{proxy+}', '/api/v1/backups']

const kinds = ['models', 'datasets', 'spaces']
const fileRoutes = ['resolve', 'raw']
/** A repo's paths: a model also without an owner, and spaces, which are answered with "not found". */
const repos = ['/{owner}/{name}', '/{name}', '/datasets/{owner}/{name}', '/spaces/{owner}/{name}']
/** A repo's paths for git and Git LFS. Its name ends in `.git`, which a gateway's parameter cannot express. */
const gitRepos = ['/{owner}/{name}', '/datasets/{owner}/{name}']

/** Paths of the Hub protocol: `isHubPath` in API Gateway's syntax. */
export const hubPaths = [
  ...kinds.flatMap((kind) => [`/api/${kind}`, `/api/${kind}/{proxy+}`]),
  ...['users', 'organizations', 'collections', 'papers', 'jobs', 'scheduled-jobs', 'buckets', 'settings/webhooks'].map(
    (route) => `/api/${route}/{proxy+}`,
  ),
  ...['collections', 'daily_papers', 'settings/repositories', 'settings/webhooks'].map((route) => `/api/${route}`),
  '/api/whoami-v2',
  '/api/models-tags-by-type',
  '/api/validate-yaml',
  ...['create', 'delete', 'move'].map((route) => `/api/repos/${route}`),
  '/api/uploads/{proxy+}',
  ...repos.flatMap((repo) => fileRoutes.map((route) => `${repo}/${route}/{proxy+}`)),
  ...gitRepos.flatMap((repo) => ['lfs/objects/batch', 'refs'].map((route) => `${repo}/info/${route}`)),
  '/v2/{owner}/{name}/manifests/{tag}',
]
