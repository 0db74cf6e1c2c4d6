import type { Command } from '../command.ts'
import { namedDeployment } from './named-deployment.ts'

export const undeploy: Command = {
  summary: 'stop serving a deployment',
  usage: 'slipway undeploy NAME',
  help: `Examples:
  slipway undeploy minilm`,
  options: {},
  parameters: { min: 1, max: 1 },
  async run({ parameters: [name = ''], client, terminal, json }) {
    await client.deleteDeployment(namedDeployment(name))
    terminal.out(json ? `${JSON.stringify({ name, deleted: true })}\n` : `${name} is no longer served\n`)
  },
}
