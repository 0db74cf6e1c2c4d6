import { messageOf } from '../../errors.ts'
import { parseRepoId } from '../../model/repo-id.ts'
import { parseTarget } from '../../model/target.ts'
import { advised } from '../advised.ts'
import { type Invocation, UsageError } from '../command.ts'
import type { NamedRepo } from '../repo-client.ts'

/** Shared by all commands about repos. */
export const datasetOption = { dataset: { type: 'boolean' } } as const

/** Parses `OWNER/NAME`. @throws UsageError */
export const namedRepo = ({ options }: Invocation, given: string): NamedRepo => ({
  repo: rightly(() => parseRepoId(given)),
  kind: options.dataset === true ? 'dataset' : 'model',
})

/** Parses `OWNER/NAME[@REF]`; the default ref is main. @throws UsageError */
export function namedRevision(invocation: Invocation, given: string): NamedRepo & { ref: string } {
  const { repo, ref } = rightly(() => parseTarget(given))
  return { ...namedRepo(invocation, repo), ref }
}

/** Repeats `--dataset` in a suggested command. */
export const asKind = ({ options }: Invocation): string => (options.dataset === true ? ' --dataset' : '')

/** The suggested command for an empty repo. */
export const uploadTo = ({ options, hubCommand }: Invocation, repo: string): string =>
  hubCommand(`hf upload ${repo} FOLDER${options.dataset === true ? ' --repo-type dataset' : ''}`)

/** Adds that command to the refusal of a repo without files. For use in `catch`. */
export const advisedToUpload = (invocation: Invocation, repo: string): ((error: unknown) => never) =>
  advised({ codes: ['repo_empty'], advice: `To push a folder: ${uploadTo(invocation, repo)}` })

/** Turns a parse error into wrong usage. @throws UsageError */
export function rightly<Value>(parse: () => Value): Value {
  try {
    return parse()
  } catch (error) {
    throw new UsageError(messageOf(error))
  }
}
