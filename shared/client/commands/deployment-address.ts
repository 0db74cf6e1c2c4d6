import type { Deployment } from '../../contract/deployment.ts'

/** Where a deployment is asked, for people; or why nobody can say. */
export const deploymentAddress = ({ url, pool }: Deployment, serverUrl: string): string =>
  url === undefined ? nobodyAnswers(pool) : String(new URL(url, serverUrl))

/** Where replicas have an address of their own, only they tell it. */
export const nobodyAnswers = (pool: string): string => `no replica of the pool "${pool}" runs`
