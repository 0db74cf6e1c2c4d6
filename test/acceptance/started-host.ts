import { onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'

/** Starts the product, which ends with the test at the latest. */
export async function start(...options: Parameters<typeof startLocalHost>): Promise<LocalHost> {
  const host = await startLocalHost(...options)
  onTestFinished(() => host.close())
  return host
}

/** It has done the main job for the newcomer. */
export const saidSample = (host: LocalHost) =>
  eventually(
    async () => host.said(),
    (said) => said.includes('sample 4/4'),
  )
