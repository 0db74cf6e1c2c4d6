import type { Deployment } from '../../contract/deployment.ts'

/** The address of a deployment for display, or why there is none. */
export const deploymentAddress = ({ url, pool }: Deployment, serverUrl: string): string =>
  url === undefined ? nobodyAnswers(pool) : String(new URL(url, serverUrl))

/** A pool with addresses of its own only reports them while a replica runs. */
export const nobodyAnswers = (pool: string): string => `no replica of the pool "${pool}" is running`
