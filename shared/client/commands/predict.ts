import { predictionMaxBytes } from '../../contract/predict.ts'
import { messageOf } from '../../errors.ts'
import { type Command, type Invocation, UsageError } from '../command.ts'
import { shellWord } from '../shell-word.ts'
import { bytesOf, fileMeant } from './input-file.ts'
import { askWhereServed } from './served-where.ts'

export const predict: Command = {
  summary: 'send a request to a deployment',
  usage: 'slipway predict NAME [JSON|@FILE]',
  help: `Examples:
  slipway predict iris '[[5.1, 3.5, 1.4, 0.2]]'
  slipway predict slipway/iris '[[5.1, 3.5, 1.4, 0.2]]'      by the model, where a deployment serves it
  slipway predict minilm '"how do I reset my password?"'
  slipway predict minilm '["one text", "another"]'
  slipway predict topics '{"inputs": "a text", "parameters": {"candidate_labels": ["sport", "art"]}}'
  slipway predict tiny-vit @photo.jpg
  cat rows.json | slipway predict iris -

The input is JSON; "-" or nothing reads it from standard input. An object with "inputs" is the whole request.
@FILE sends the bytes of a file as they are, such as a picture. Pipe in a file of JSON instead.`,
  options: {},
  parameters: { min: 1, max: 2 },
  async run(invocation) {
    const { client, terminal, json } = invocation
    const [deployment = '', given = '-'] = invocation.parameters
    const body = given.startsWith('@')
      ? await bytesOf({ path: given.slice(1), deployment })
      : bodyOf(await parseInputs(given === '-' ? await readInput(invocation) : given, deployment))
    const { answer, headers } = await askWhereServed(client, { named: deployment, body })
    terminal.out(`${JSON.stringify(answer)}\n`)
    const parts = { queue: 'x-queue-time', run: 'x-inference-time' }
    const times = Object.entries(parts).map(([name, header]) => `${name} ${headers.get(header) ?? '?'} ms`)
    if (!json) terminal.err(`${times.join(' · ')} · batch ${headers.get('x-batch-size') ?? '?'}\n`)
  },
}

const bodyOf = (given: unknown): unknown =>
  typeof given === 'object' && given !== null && Object.hasOwn(given, 'inputs') ? given : { inputs: given }

async function parseInputs(text: string, deployment: string): Promise<unknown> {
  if (text.trim() === '') throw new UsageError('there is no input: give it as JSON, or pipe it in')
  try {
    return JSON.parse(text)
  } catch (error) {
    const meant = await fileMeant({ path: text, deployment })
    if (meant !== undefined) throw new UsageError(`"${text}" is a file: to send what is in it, ${meant}`)
    const looksLikeText = !/^\s*[[{"]/.test(text) && text.length <= 200
    const right = shellWord(JSON.stringify(looksLikeText ? text.trim() : 'like this'))
    throw new UsageError(
      `the input is not JSON (${messageOf(error)}). It is JSON, so a text is quoted twice: slipway predict ${deployment} ${right}`,
    )
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
