/** What the function that lets people in answers. */
export const authPaths = [
  '/api/v1/me',
  '/api/v1/auth/{proxy+}',
  ...['keys', 'owners', 'invitations'].flatMap((path) => [`/api/v1/${path}`, `/api/v1/${path}/{proxy+}`]),
  '/.well-known/jwks.json',
]

/** What the registry answers below what is the auth function's: it may write how much an owner uses. */
export const registryPaths = ['/api/v1/owners/{owner}/quotas']

/** What the function answers that keeps the registry in order. */
export const maintenancePaths = ['/api/v1/maintenance', '/api/v1/maintenance/{proxy+}', '/api/v1/backups']

const kinds = ['models', 'datasets', 'spaces']
const fileRoutes = ['resolve', 'raw']
/** Where a repo is: a model also without an owner, to be told that there is none such, and spaces for the same. */
const repos = ['/{owner}/{name}', '/{name}', '/datasets/{owner}/{name}', '/spaces/{owner}/{name}']
/** Where Git LFS has a repo. The name ends in `.git`, which a gateway's parameter cannot say. */
const lfsRepos = ['/{owner}/{name}', '/datasets/{owner}/{name}']

/** What the Hub protocol answers: `isHubPath` as API Gateway says it. */
export const hubPaths = [
  ...kinds.flatMap((kind) => [`/api/${kind}`, `/api/${kind}/{proxy+}`]),
  '/api/whoami-v2',
  '/api/validate-yaml',
  ...['create', 'delete', 'move'].map((route) => `/api/repos/${route}`),
  '/api/uploads/{proxy+}',
  ...repos.flatMap((repo) => fileRoutes.map((route) => `${repo}/${route}/{proxy+}`)),
  ...lfsRepos.map((repo) => `${repo}/info/lfs/objects/batch`),
  '/v2/{owner}/{name}/manifests/{tag}',
]
