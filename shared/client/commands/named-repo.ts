import { messageOf } from '../../errors.ts'
import { parseRepoId } from '../../model/repo-id.ts'
import { parseTarget } from '../../model/target.ts'
import { type Invocation, UsageError } from '../command.ts'
import type { NamedRepo } from '../repo-client.ts'

/** The option of every command about repos, for those that are not models. */
export const datasetOption = { dataset: { type: 'boolean' } } as const

/** `OWNER/NAME` as it was given. @throws UsageError */
export const namedRepo = ({ options }: Invocation, given: string): NamedRepo => ({
  repo: rightly(() => parseRepoId(given)),
  kind: options.dataset === true ? 'dataset' : 'model',
})

/** `OWNER/NAME[@REF]`; without a ref it is main. @throws UsageError */
export function namedRevision(invocation: Invocation, given: string): NamedRepo & { ref: string } {
  const { repo, ref } = rightly(() => parseTarget(given))
  return { ...namedRepo(invocation, repo), ref }
}

/** The option again, for what is named next. */
export const asKind = ({ options }: Invocation): string => (options.dataset === true ? ' --dataset' : '')

/** What fills an empty repo. */
export const uploadTo = ({ options, hubCommand }: Invocation, repo: string): string =>
  hubCommand(`hf upload ${repo} FOLDER${options.dataset === true ? ' --repo-type dataset' : ''}`)

/** What was given, parsed. @throws UsageError where it cannot be */
export function rightly<Value>(parse: () => Value): Value {
  try {
    return parse()
  } catch (error) {
    throw new UsageError(messageOf(error))
  }
}
