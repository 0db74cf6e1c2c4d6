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

/** Where a deployment is asked, by its name or by the model that it serves. @throws CommandFailed, ApiError */
async function servedWhere(client: ApiClient, name: string): Promise<Served> {
  const { name: deployment, url, pool } = await deploymentCalled(client, name)
  if (url === undefined)
    throw new CommandFailed(
      `"${name}" cannot be asked now: ${nobodyAnswers(pool)}. Look again with: slipway status ${deployment}`,
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
  // Without a ref, the default branch is meant where it is deployed, and whatever is served where it is not.
  const another = async () => (name.includes('@') ? serves((await client.getRevision({ repo }, ref)).id) : ofRepo[0])
  const serving = serves(ref) ?? (ofRepo.length === 0 ? undefined : await another())
  if (serving === undefined) throw new CommandFailed(`No deployment serves "${name}". Make one: slipway deploy ${name}`)
  return serving
}

type Target = Deployment['targets'][number]

/**
 * Asks what `named` names. A key that may only infer may not look where that is: then the server itself is asked, which
 * serves it wherever one host does both.
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
