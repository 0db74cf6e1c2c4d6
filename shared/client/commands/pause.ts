import type { Deployment } from '../../contract/deployment.ts'
import type { Command, Invocation } from '../command.ts'
import { followDeployment, sayWhereToLook } from './follow-deployment.ts'
import { namedDeployment } from './named-deployment.ts'

export const pause: Command = {
  summary: 'unload a deployment and refuse its requests, until it is resumed',
  usage: 'slipway pause NAME',
  help: `Examples:
  slipway pause minilm
  slipway resume minilm`,
  options: {},
  parameters: { min: 1, max: 1 },
  async run(invocation) {
    const [name = ''] = invocation.parameters
    tell(await invocation.client.pauseDeployment(namedDeployment(name)), invocation)
  },
}

export const resume: Command = {
  summary: 'serve a paused deployment again',
  usage: 'slipway resume NAME',
  help: `Examples:
  slipway resume minilm

Options:
  --detach   do not wait until it is ready`,
  options: { detach: { type: 'boolean' } },
  parameters: { min: 1, max: 1 },
  async run(invocation) {
    const [name = ''] = invocation.parameters
    const resumed = await followDeployment(await invocation.client.resumeDeployment(namedDeployment(name)), invocation)
    tell(resumed, invocation)
    sayWhereToLook(resumed, invocation)
  },
}

const tell = (deployment: Deployment, { terminal, json }: Invocation): void =>
  terminal.out(json ? `${JSON.stringify(deployment)}\n` : `${deployment.name}  ${deployment.state}\n`)
