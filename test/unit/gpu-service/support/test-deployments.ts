import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import {
  createDeployment,
  type DeploymentItem,
  type DeploymentSettings,
  type DeploymentTarget,
} from '../../../../shared/table/deployments.ts'
import { splitName } from '../../../../shared/table/repo-item.ts'
import { publish, repoIdOf } from '../../../support/publish.ts'
import type { TestModel, TestServing } from './test-serving.ts'

/** Publishes a model as a new revision of its repo, for use as a target. */
export async function publishTarget(
  { objects }: Pick<TestServing, 'objects'>,
  { files, repo, task, file, ref = 'main' }: Omit<TestModel, 'name'>,
  change: Partial<DeploymentTarget> = {},
): Promise<DeploymentTarget> {
  const revision = randomBytes(20).toString('hex')
  await publish({ objects, repo, revision, files })
  return { target: `${repo}@${ref}`, repo, repoId: repoIdOf(repo), ref, revision, task, file, ...change }
}

/** Writes a deployment into the table, as the registry does. */
export async function deployTargets(
  { table }: Pick<TestServing, 'table'>,
  { name, targets, shadow, ...settings }: DeployTargets,
): Promise<DeploymentItem> {
  const [first] = targets
  if (first === undefined) throw new Error('a deployment has a target')
  const item: DeploymentItem = {
    ...first,
    ...settings,
    name,
    targets,
    ...(shadow !== undefined && { shadow }),
    owner: splitName(first.repo).owner,
    version: 1,
    createdAt: new Date().toISOString(),
    createdBy: 'test',
  }
  await createDeployment(table, item)
  return item
}

/** Waits until the service has judged and reported all its deployments once more. */
export async function wholePass(host: Pick<TestServing, 'table' | 'ask'>, target: DeploymentTarget): Promise<void> {
  // Once a replica serves the second of these, it has finished the pass in which it took on the first.
  for (let turn = 0; turn < 2; turn++) {
    const name = `pass-${randomBytes(4).toString('hex')}`
    await deployTargets(host, { name, targets: [target] })
    await expect.poll(async () => (await host.ask(`/api/v1/predict/${name}/health`)).status).toBe(200)
  }
}

interface DeployTargets extends DeploymentSettings {
  name: string
  targets: DeploymentTarget[]
  shadow?: DeploymentItem['shadow']
}
