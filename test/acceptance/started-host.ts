import { onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'

/** Starts the product; stops it with the test at the latest. */
export async function start(...options: Parameters<typeof startLocalHost>): Promise<LocalHost> {
  const host = await startLocalHost(...options)
  onTestFinished(() => host.close())
  return host
}

/** Waits until the sample has been predicted. */
export const saidSample = (host: LocalHost) =>
  eventually(
    async () => host.said(),
    (said) => said.includes('sample 4/4'),
  )
