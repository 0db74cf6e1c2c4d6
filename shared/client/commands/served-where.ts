import type { Deployment } from '../../contract/deployment.ts'
import { parseTarget } from '../../model/target.ts'
import type { ApiClient } from '../api-client.ts'
import { ApiError } from '../api-error.ts'
import { CommandFailed } from '../command.ts'
import { allPages } from '../request.ts'
import { nobodyAnswers } from './deployment-address.ts'
import { rightly } from './named-repo.ts'

interface Served {
  url: string
}

/** Finds the address of a deployment by its name or by the model it serves. @throws CommandFailed, ApiError */
async function servedWhere(client: ApiClient, name: string): Promise<Served> {
  const { name: deployment, url, pool } = await deploymentCalled(client, name)
  if (url === undefined)
    throw new CommandFailed(
      `"${name}" cannot answer now: ${nobodyAnswers(pool)}. Check again with: slipway status ${deployment}`,
    )
  return { url }
}

async function deploymentCalled(client: ApiClient, name: string): Promise<Deployment> {
  if (!name.includes('/')) return client.getDeployment(name)
  const { repo, ref } = rightly(() => parseTarget(name))
  const isRepo = (target: Target) => target.repo.toLowerCase() === repo.toLowerCase()
  const everyOne = await allPages((cursor) => client.listDeployments({ limit: 100, cursor }))
  const ofRepo = everyOne.filter(({ targets }) => targets.some(isRepo))
  const isAt = (target: Target, wanted: string) => isRepo(target) && [target.ref, target.revision].includes(wanted)
  const serves = (wanted: string) => ofRepo.find(({ targets }) => targets.some((target) => isAt(target, wanted)))
  // Without a ref, prefers a deployment of the default branch, then any other.
  const another = async () => (name.includes('@') ? serves((await client.getRevision({ repo }, ref)).id) : ofRepo[0])
  const serving = serves(ref) ?? (ofRepo.length === 0 ? undefined : await another())
  if (serving === undefined)
    throw new CommandFailed(`No deployment serves "${name}". Create one: slipway deploy ${name}`)
  return serving
}

type Target = Deployment['targets'][number]

/**
 * Sends a request to the deployment that `named` refers to. A key with the `infer` scope alone may not look up its
 * address, so the server itself is tried, which works where one host does both.
 */
export async function askWhereServed(client: ApiClient, { named, body }: { named: string; body: unknown }) {
  let served: Served
  try {
    served = await servedWhere(client, named)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'missing_scope') throw error
    return client
      .predict({ url: `/api/v1/predict/${named.split('/').map(encodeURIComponent).join('/')}` }, body)
      .catch((refusal) => {
        throw refusal instanceof ApiError && refusal.status === 404 ? error : refusal
      })
  }
  return client.predict(served, body)
}
