/** The layout of the table: every key of every kind of item, here and nowhere else. */
export interface ItemKey {
  pk: string
  sk: string
}

export const keys = {
  user: (id: string): ItemKey => ({ pk: `USER#${id}`, sk: 'USER' }),
  /** By the hash of its secret, as requests come with it. */
  apiKey: (sha256: string): ItemKey => ({ pk: `KEY#${sha256}`, sk: 'KEY' }),
  /** By its id, among those of its user. */
  userKey: (userId: string, id: string): ItemKey => ({ pk: `USER#${userId}`, sk: `KEY#${id}` }),

  repo: (repo: string): ItemKey => ({ pk: `REPO#${repo}`, sk: 'REPO' }),
  branch: (repo: string, name: string): ItemKey => ({ pk: `REPO#${repo}`, sk: `REF#branch#${name}` }),
  tag: (repo: string, name: string): ItemKey => ({ pk: `REPO#${repo}`, sk: `REF#tag#${name}` }),
  revision: (repo: string, id: string): ItemKey => ({ pk: `REPO#${repo}`, sk: `REVISION#${id}` }),
  revisionFile: (repo: string, id: string, path: string): ItemKey => ({ pk: `FILES#${repo}#${id}`, sk: path }),

  import: (id: string): ItemKey => ({ pk: `IMPORT#${id}`, sk: 'IMPORT' }),
  importDetails: (id: string): ItemKey => ({ pk: `IMPORT#${id}`, sk: 'DETAILS' }),
  importFile: (id: string, path: string): ItemKey => ({ pk: `IMPORT#${id}`, sk: `FILE#${path}` }),
  importPart: (id: string, uploadId: string, partNumber: number): ItemKey => ({
    pk: `IMPORTPARTS#${id}#${uploadId}`,
    sk: String(partNumber).padStart(5, '0'),
  }),
  /** Holds the import that is bringing a source into a repo now, so that asking twice makes one. */
  importClaim: (repo: string, source: string): ItemKey => ({ pk: `CLAIM#${repo}#${source}`, sk: 'CLAIM' }),
  /** What a drop folder held when it was last imported. */
  drop: (repo: string, version: string): ItemKey => ({ pk: `DROP#${repo}#${version}`, sk: 'DROP' }),
  /** The look at a drop folder that is still to come. */
  dropLook: (repo: string, version: string): ItemKey => ({ pk: `DROP#${repo}#${version}`, sk: 'LOOK' }),

  deployment: (name: string): ItemKey => ({ pk: `DEPLOYMENT#${name}`, sk: 'DEPLOYMENT' }),
  replica: (deployment: string, replica: string): ItemKey => ({
    pk: `DEPLOYMENT#${deployment}`,
    sk: `REPLICA#${replica}`,
  }),
}

export const lists = {
  repos: 'REPOS',
  imports: 'IMPORTS',
  deployments: 'DEPLOYMENTS',
  activeImports: 'ACTIVE_IMPORTS',
}
