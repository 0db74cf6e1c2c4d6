import type { ImportJob } from '../../contract/import.ts'
import type { Invocation } from '../command.ts'
import { printable } from '../terminal.ts'

/** After a failed pull from a Hub: where the model may be instead, as a sentence to append; empty where unknown. */
export async function foundElsewhere(
  { client, hubCommand, parameters }: Invocation,
  { repo, source }: ImportJob,
): Promise<string> {
  if (!source.startsWith('hf://')) return ''
  const name = printable(repo)
  const here = await client.getRepo({ repo, kind: 'model' }).catch(() => undefined)
  if (here?.revision !== undefined)
    return ` "${name}" is in this registry already. To serve it: slipway deploy ${name}. To download it: ${hubCommand(`hf download ${name}`)}`
  const isBare = parameters[0]?.includes('://') === false && parameters[0] === repo
  return isBare ? ` A name alone is a model of a Hub. To import a drop: slipway pull s3-drop://${name}/VERSION` : ''
}
