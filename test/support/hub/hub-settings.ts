import type { Repo } from './repo.ts'
import type { LinkSigner } from './signed-links.ts'

/** What the routes of a running stand-in read. */
export interface HubSettings {
  repos: Map<string, Repo>
  /** The only token that is good; without one, nobody needs any. */
  token: string | undefined
  pageSize: number
  url: string
  storageUrl: string
  signer: LinkSigner
  redirectsSmallFiles: boolean
}
