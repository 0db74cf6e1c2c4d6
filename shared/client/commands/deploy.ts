import type { CreateDeployment, Deployment } from '../../contract/deployment.ts'
import { defaultDeploymentName } from '../../model/default-deployment-name.ts'
import { parseTarget } from '../../model/target.ts'
import { advised } from '../advised.ts'
import { type Command, type Invocation, UsageError } from '../command.ts'
import { printable } from '../terminal.ts'
import { besideWhatStands } from './changed-parts.ts'
import { deployOptions, type WantedDeployment, wantedOf } from './deploy-options.ts'
import { deploymentAddress } from './deployment-address.ts'
import { percentOf } from './deployment-rows.ts'
import { followDeployment, sayWhereToLook } from './follow-deployment.ts'
import { advisedToUpload, rightly } from './named-repo.ts'
import { predictExample } from './predict-example.ts'
import { retryWhileImporting } from './retry-while-importing.ts'

export const deploy: Command = {
  summary: 'serve a model, or change how it is served',
  usage: 'slipway deploy OWNER/NAME[@REF]...',
  help: `Examples:
  slipway deploy slipway/iris
  slipway deploy sentence-transformers/all-MiniLM-L6-v2 --name minilm --precision int8
  slipway deploy acme/iris@champion --name iris          follows the alias when it moves
  slipway deploy acme/iris@v2 --name iris --update       updates it without a dropped request
  slipway deploy acme/iris@v1 acme/iris@v2 --weight 90 --weight 10 --canary-errors 0.05 --name iris --update
  slipway deploy --name iris --update --requests-per-second 50 --requests-per-day none

Options:
  --name NAME          the deployment's name (default: the model's name)
  --owner NAME         the deployment's owner (default: the model's owner)
  --file PATH          the ONNX file to serve, if there are several
  --precision P        fp32, fp16, int8 or q4 (default: what suits the device)
  --task TASK          override the task of the repo, for example with tensors or text-classification
  --no-follow          stay at the current revision of an alias
  --weight N           the traffic share of each target, repeated in their order
  --sticky WHO         session (default, by the header x-session-id) or caller
  --canary-errors R, --canary-latency N, --canary-requests N, --canary-window S
                       roll back a target other than the first if a share of more than R of its requests fails (invalid
                       input of a single caller does not count) or its p95 is more than N times that of the first,
                       judged by at least --canary-requests requests within S seconds
  --shadow TARGET, --shadow-percent N
                       copy N percent of the requests to TARGET and discard its answers
  --pool NAME          the pool of replicas that serves it
  --min N              the number of replicas that keep it loaded; with 0 it is loaded on the first request
  --max N              the maximum number of replicas that keep it loaded; others load it when asked
  --idle S             with --min 0: unload it after S seconds without a request
  --isolate WHEN       run inputs alone: auto, always or never
  --cache N            cache the last N answers
  --requests-per-second N, --requests-per-day N, --tokens-per-minute N
  --concurrency N      the maximum number of concurrent requests per replica
  --update             change an existing deployment; options that are not given stay, and "none" removes a limit,
                       --max, --cache, --shadow, --canary-errors or --canary-latency
  --detach             do not wait until it is ready, nor for a running import of the model`,
  options: deployOptions,
  parameters: { min: 0, max: 8 },
  async run(invocation) {
    const { client, terminal, json, options } = invocation
    for (const target of invocation.parameters) rightly(() => parseTarget(target))
    const wanted = wantedOf(invocation)
    const ask = () => (options.update === true ? update(invocation, wanted) : create(invocation, wanted))
    const changed = await retryWhileImporting(ask, invocation)
    const deployment = await followDeployment(changed, invocation)
    if (json) return terminal.out(`${JSON.stringify(deployment)}\n`)
    terminal.out(`${deployment.name}  ${deployment.state}  ${deploymentAddress(deployment, client.url)}\n`)
    if (deployment.targets.length > 1)
      for (const target of deployment.targets)
        terminal.out(`  ${percentOf(target, deployment)}  ${target.state}  ${printable(target.target)}\n`)
    if (deployment.state === 'READY')
      terminal.err(`next: slipway predict ${deployment.name} ${await predictExample(deployment, client)}\n`)
    sayWhereToLook(deployment, invocation)
  },
}

const create = (invocation: Invocation, wanted: WantedDeployment): Promise<Deployment> => {
  const { client, parameters } = invocation
  if (parameters.length === 0) throw new UsageError('a parameter is missing: slipway deploy OWNER/NAME[@REF]')
  const [first = ''] = parameters
  const isSole = parameters.length === 1 && wanted.shadow === undefined
  // A new deployment has nothing to remove.
  return client
    .createDeployment(wanted as CreateDeployment)
    .catch(
      advised({
        codes: ['repo_not_found'],
        advice: `To import it: slipway pull hf://${isSole ? first : 'OWNER/NAME'}`,
      }),
    )
    .catch(advisedToUpload(invocation, isSole ? parseTarget(first).repo : 'OWNER/NAME'))
}

/** Fails where somebody else changed the deployment since it was read. */
async function update({ client, parameters }: Invocation, wanted: WantedDeployment): Promise<Deployment> {
  const { name: given, owner, pool, ...change } = wanted
  if (owner !== undefined || pool !== undefined)
    throw new UsageError('the owner and the pool of a deployment cannot be changed')
  const [first] = parameters
  const name = given ?? (first === undefined ? undefined : defaultDeploymentName(first.split('@')[0] ?? first))
  if (name === undefined) throw new UsageError('--name is missing: which deployment to update')
  if (Object.keys(change).length === 0) throw new UsageError('--update names nothing to change')
  const standing = await client.getDeployment(name)
  return client.changeDeployment(name, besideWhatStands(change, standing), standing.version)
}
