import type { Repo } from './repo.ts'
import type { LinkSigner } from './signed-links.ts'

/** What the routes of a running stand-in read. */
export interface HubSettings {
  repos: Map<string, Repo>
  /** The only valid token; undefined if none is needed. */
  token: string | undefined
  pageSize: number
  url: string
  storageUrl: string
  signer: LinkSigner
  redirectsSmallFiles: boolean
}
