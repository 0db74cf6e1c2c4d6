import type { Deployment } from '../../contract/deployment.ts'
import type { ApiClient } from '../api-client.ts'
import { ApiError } from '../api-error.ts'
import { CommandFailed } from '../command.ts'
import { allPages } from '../request.ts'
import { nobodyAnswers } from './deployment-address.ts'

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
  const deployments = await allPages((cursor) => client.listDeployments({ limit: 100, cursor }))
  const serving = deployments.find(({ targets }) => targets.some(({ repo }) => repo === name))
  if (serving === undefined) throw new CommandFailed(`No deployment serves "${name}". Make one: slipway deploy ${name}`)
  return serving
}

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
