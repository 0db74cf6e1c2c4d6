import { parseSource } from '../../model/source.ts'
import { UsageError } from '../command.ts'
import { rightly } from './named-repo.ts'

const page = /^(?:https:\/\/)?(?:huggingface\.co|hf\.co)\/([^/?#]+\/[^/?#]+)(?:\/tree\/([^/?#]+))?\/?(?:[?#].*)?$/
const pageWithoutOwner = /^(?:https:\/\/)?(?:huggingface\.co|hf\.co)\/([^/?#]+)\/?(?:[?#].*)?$/
const datasetPage = /^(?:https:\/\/)?(?:huggingface\.co|hf\.co)\/datasets\//

/**
 * Accepts a source, a name, or the address of a model's page on the Hub. Only the name of a page counts: the server's
 * settings choose the Hub. @throws UsageError
 */
export function pastedSource(given: string): { source: string; isPage: boolean } {
  if (datasetPage.test(given)) throw new UsageError(`"${given}" is a dataset, but only models can be pulled`)
  if (/^(?:\.{0,2}\/|~)/.test(given))
    throw new UsageError(
      `"${given}" is a folder on this machine, but a pull is from a Hub or from the drop folder. To upload a folder, see the command that "slipway repo create OWNER/NAME" prints`,
    )
  const [, repo, ref] = page.exec(given) ?? []
  const source = repo === undefined ? named(given) : `hf://${repo}${ref === undefined ? '' : `@${decoded(ref)}`}`
  rightly(() => parseSource(source))
  return { source, isPage: repo !== undefined }
}

function named(given: string): string {
  const [, name] = pageWithoutOwner.exec(given) ?? []
  return given.includes('://') && name === undefined ? given : `hf://${name ?? given}`
}

const decoded = (ref: string): string => rightly(() => decodeURIComponent(ref))
