import type { Api } from './http.ts'

export interface Known {
  /** `owner/name` of models, including their former names. */
  models: readonly string[]
  datasets: readonly string[]
  owners: readonly string[]
  refs: readonly string[]
  imports: readonly string[]
  deployments: readonly string[]
}

/**
 * Not part of the registry's state: jobs and backups are work, session keys are made anew, and metrics and served
 * models belong to a process.
 */
const left = [
  /^\/api\/v1\/(?:maintenance|backups|mirrors)/,
  /jwks\.json$/,
  /^\/(?:v1|v2|models)(?:\/|$)/,
  /^\/(?:health|ready|info|metrics)$/,
]

/** Every address that returns registry state: each GET route of the OpenAPI document, and each of the Hub. */
export async function everyAddress(api: Api, known: Known): Promise<string[]> {
  const { paths } = (await api.get('/api/v1/openapi.json')).body as { paths: Record<string, Record<string, unknown>> }
  const templates = Object.entries(paths).flatMap(([path, verbs]) => ('get' in verbs ? [path] : []))
  const asked = templates.filter((path) => !left.some((pattern) => pattern.test(path)))
  const platform = asked.flatMap((path) => expand(path, known))
  const diffs = known.models.map((repo) => `/api/v1/repos/${repo}/diff?from=v1&to=main`)
  const ofKinds = ['dataset', 'model'].flatMap((kind) => [
    `/api/v1/repos?kind=${kind}&status=deleted`,
    `/api/v1/repos?kind=${kind}&sort=size`,
  ])
  return [...new Set([...platform, ...diffs, ...ofKinds, ...hubAddresses(known)])]
}

function expand(template: string, known: Known): string[] {
  const isOfRepo = /^\/api\/v1\/(?:repos|models|datasets)\//.test(template)
  let paths = [template]
  const fill = (name: string, values: readonly string[]) => {
    paths = paths.flatMap((path) =>
      path.includes(name) ? values.map((value) => path.replace(name, encodeURIComponent(value))) : [path],
    )
  }
  if (isOfRepo)
    paths = known.models.flatMap((repo) => {
      const [owner = '', name = ''] = repo.split('/')
      return template.replace('{owner}', owner).replace('{name}', name)
    })
  fill('{owner}', known.owners)
  for (const ref of [
    '{ref}',
    '{revision}',
    '{from}',
    '{to}',
    '{base}',
    '{head}',
    '{alias}',
    '{branch}',
    '{tag}',
    '{version}',
  ])
    fill(ref, known.refs)
  if (template.startsWith('/api/v1/imports')) fill('{id}', known.imports)
  if (template.startsWith('/api/v1/deployments')) fill('{name}', known.deployments)
  fill('{path}', ['README.md'])
  const unfilled = paths.find((path) => path.includes('{'))
  if (unfilled !== undefined) throw new Error(`no value is known for ${unfilled}: add one to every-answer.ts`)
  return paths
}

function hubAddresses({ models, datasets, owners, refs }: Known): string[] {
  const ofRepo = (api: string, files: string) => (repo: string) => [
    `${api}/${repo}`,
    `${api}/${repo}/refs`,
    ...refs.flatMap((ref) => {
      const at = encodeURIComponent(ref)
      return [
        `${api}/${repo}/revision/${at}`,
        `${api}/${repo}/tree/${at}?recursive=true`,
        `${api}/${repo}/commits/${at}`,
        `${files}/${repo}/resolve/${at}/README.md`,
        `${files}/${repo}/raw/${at}/README.md`,
      ]
    }),
  ]
  return [
    '/api/whoami-v2',
    '/api/models?full=true&limit=100',
    '/api/datasets?full=true&limit=100',
    ...owners.flatMap((owner) => [`/api/models?author=${owner}`, `/api/datasets?author=${owner}`]),
    ...['downloads', 'createdAt', 'lastModified'].map((sort) => `/api/models?sort=${sort}&direction=-1`),
    ...models.flatMap(ofRepo('/api/models', '')),
    ...datasets.flatMap(ofRepo('/api/datasets', '/datasets')),
  ]
}

/** The answer of each address, without what differs from request to request. */
export async function answersOf(api: Api, addresses: readonly string[]): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {}
  for (const address of addresses) {
    const { status, body } = await api.get(address)
    answers[address] = { status, body: withoutTheMoment(body) }
  }
  return answers
}

/** When keys were last used, what this comparison itself did, and request ids. */
function withoutTheMoment(body: unknown): unknown {
  const text = JSON.stringify(body, (name, value: unknown) => {
    if (['lastUsedAt', 'requestId', 'requestsThisMinute', 'cursor', 'replicas'].includes(name)) return undefined
    if (Array.isArray(value)) return value.filter((item) => !isOfMaintenance(item))
    return value
  })
  return text === undefined ? undefined : JSON.parse(text)
}

const isOfMaintenance = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && String((item as { action?: unknown }).action).startsWith('maintenance.')
