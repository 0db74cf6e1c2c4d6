import { predictionMaxBytes } from '../../contract/predict.ts'
import { messageOf } from '../../errors.ts'
import { type Command, type Invocation, UsageError } from '../command.ts'

export const predict: Command = {
  summary: 'ask a deployment',
  usage: 'slipway predict NAME [JSON]',
  help: `Examples:
  slipway predict iris '[[5.1, 3.5, 1.4, 0.2]]'
  slipway predict minilm '"how do I reset my password?"'
  slipway predict minilm '["one text", "another"]'
  cat rows.json | slipway predict iris -

The input is JSON; "-" or nothing reads it from standard input.`,
  options: {},
  parameters: { min: 1, max: 2 },
  async run(invocation) {
    const { client, terminal, json } = invocation
    const [deployment = '', given = '-'] = invocation.parameters
    const inputs = parseInputs(given === '-' ? await readInput(invocation) : given)
    const { answer, headers } = await client.predict(await client.getDeployment(deployment), { inputs })
    terminal.out(`${JSON.stringify(answer)}\n`)
    const parts = { queue: 'x-queue-time', run: 'x-inference-time' }
    const times = Object.entries(parts).map(([name, header]) => `${name} ${headers.get(header) ?? '?'} ms`)
    if (!json) terminal.err(`${times.join(' · ')} · batch ${headers.get('x-batch-size') ?? '?'}\n`)
  },
}

function parseInputs(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`the input is not JSON (${messageOf(error)}); a text needs quotes of its own: '"like this"'`)
  }
}

async function readInput({ terminal }: Invocation): Promise<string> {
  if (terminal.input.isTTY === true) throw new UsageError('give the input as JSON, or pipe it in')
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of terminal.input) {
    size += chunk.byteLength
    if (size > predictionMaxBytes) throw new UsageError(`the input is larger than ${predictionMaxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
