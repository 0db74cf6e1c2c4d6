import type { Deployment } from '../../contract/deployment.ts'
import type { Command } from '../command.ts'
import { allPages } from '../request.ts'
import { printable, type Terminal, table } from '../terminal.ts'
import { formatAge } from '../units.ts'
import { deploymentDetails, deploymentTable } from './deployment-rows.ts'
import { howToCatchUp } from './moved-targets.ts'
import { namedDeployment } from './named-deployment.ts'

export const status: Command = {
  summary: 'show the server, its deployments and the latest imports',
  usage: 'slipway status [DEPLOYMENT]',
  help: `Examples:
  slipway status
  slipway status minilm      what it should serve, and what each replica really runs
  slipway status --json`,
  options: {},
  parameters: { min: 0, max: 1 },
  async run({ client, terminal, json, parameters: [name] }) {
    if (name !== undefined) {
      const deployment = await client.getDeployment(namedDeployment(name))
      const shown = json
        ? `${JSON.stringify(deployment)}\n`
        : deploymentDetails(deployment, { baseUrl: client.url, now: new Date() })
      terminal.out(shown)
      return json ? undefined : sayHowToCatchUp(terminal, [deployment])
    }
    const [me, deployments, imports] = await Promise.all([
      client.me(),
      allPages((cursor) => client.listDeployments({ limit: 100, cursor })),
      client.listImports({ limit: 10 }),
    ])
    if (json) return terminal.out(`${JSON.stringify({ url: client.url, me, deployments, imports: imports.items })}\n`)
    terminal.out(`${client.url}  as ${me.username} (${me.role}; scopes: ${me.scopes.join(', ')})\n\n`)
    const now = new Date()
    terminal.out(deploymentTable(deployments))
    terminal.out('\n')
    terminal.out(
      table(
        ['IMPORT', 'STATE', 'FILES', 'STARTED', 'REASON'],
        imports.items.map((job) => [
          job.source,
          job.state,
          `${job.filesDone}/${job.filesTotal}`,
          formatAge(job.createdAt, now),
          printable(job.failure?.message),
        ]),
      ),
    )
    sayHowToCatchUp(terminal, deployments)
  },
}

function sayHowToCatchUp(terminal: Terminal, deployments: readonly Deployment[]): void {
  const how = howToCatchUp(deployments)
  if (how !== undefined) terminal.err(`\n${how}\n`)
}
