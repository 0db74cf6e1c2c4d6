import { setTimeout as wait } from 'node:timers/promises'
import type { Deployment } from '../../contract/deployment.ts'
import type { ApiClient } from '../api-client.ts'
import { type Command, CommandFailed, textOption } from '../command.ts'
import { createProgress, printable } from '../terminal.ts'

const pollMs = 250
/** A replica may have to start first; then the status command tells the rest. */
const patienceMs = 10 * 60_000

export const deploy: Command = {
  summary: 'serve a model',
  usage: 'slipway deploy OWNER/NAME[@REF]',
  help: `Examples:
  slipway deploy slipway/iris
  slipway deploy sentence-transformers/all-MiniLM-L6-v2@main --name minilm
  slipway deploy my/model --file onnx/model_int8.onnx

Options:
  --name NAME   the deployment's name (default: the model's name)
  --file PATH   which ONNX file, where there are several
  --detach      do not wait until it is ready`,
  options: { name: { type: 'string' }, file: { type: 'string' }, detach: { type: 'boolean' } },
  parameters: { min: 1, max: 1 },
  async run(invocation) {
    const { client, terminal, json, options } = invocation
    const [target = ''] = invocation.parameters
    const [name, file] = [textOption(invocation, 'name'), textOption(invocation, 'file')]
    let deployment = await client.createDeployment({
      target,
      ...(name !== undefined && { name }),
      ...(file !== undefined && { file }),
    })
    if (options.detach !== true) {
      const progress = createProgress(terminal)
      const until = performance.now() + patienceMs
      while (deployment.state !== 'READY' && deployment.state !== 'FAILED' && performance.now() < until) {
        progress.show(`${deployment.name}: ${deployment.state.toLowerCase()}`)
        await wait(pollMs)
        deployment = await client.getDeployment(deployment.name)
      }
      progress.end()
    }
    if (deployment.state === 'FAILED')
      throw new CommandFailed(`"${deployment.name}" cannot be served: ${printable(deployment.reason)}`, deployment)
    if (json) return terminal.out(`${JSON.stringify(deployment)}\n`)
    terminal.out(`${deployment.name}  ${deployment.state}  ${new URL(deployment.url, client.url)}\n`)
    terminal.err(`next: slipway predict ${deployment.name} '${await example(deployment, client)}'\n`)
  },
}

/** An input that the model takes: a row as wide as its graph says, or a text. */
async function example({ task, repo, revision, file }: Deployment, client: ApiClient): Promise<string> {
  if (!task.startsWith('tabular')) return '"some text"'
  const { metadata } = await client.getRevision({ repo }, revision)
  const width = metadata?.onnx.find(({ path }) => path === file)?.inputs[0]?.shape?.[1]
  return typeof width === 'number' && width > 0 && width <= 100 ? JSON.stringify([Array(width).fill(0)]) : '[[…]]'
}
