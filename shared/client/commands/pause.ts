import type { Deployment } from '../../contract/deployment.ts'
import type { ApiClient } from '../api-client.ts'
import type { Command } from '../command.ts'

export const pause: Command = {
  summary: 'unload a deployment and refuse its requests, until it is resumed',
  usage: 'slipway pause NAME',
  help: `Examples:
  slipway pause minilm
  slipway resume minilm`,
  ...changing((client, name) => client.pauseDeployment(name)),
}

export const resume: Command = {
  summary: 'serve a paused deployment again',
  usage: 'slipway resume NAME',
  help: `Examples:
  slipway resume minilm`,
  ...changing((client, name) => client.resumeDeployment(name)),
}

function changing(
  change: (client: ApiClient, name: string) => Promise<Deployment>,
): Pick<Command, 'options' | 'parameters' | 'run'> {
  return {
    options: {},
    parameters: { min: 1, max: 1 },
    async run({ parameters: [name = ''], client, terminal, json }) {
      const deployment = await change(client, name)
      terminal.out(json ? `${JSON.stringify(deployment)}\n` : `${deployment.name}  ${deployment.state}\n`)
    },
  }
}
