/** The things that a call is about. Those of tenant A's that nobody else may know of have `sekret` in their names. */
export interface Names {
  owner: string
  model: string
  dataset: string
  organisation: string
  member: string
  userId: string
  keyId: string
  invitationId: string
  importId: string
  deployment: string
  uploadId: string
}

export const secretMark = 'sekret'

/** Of the same shapes, and of nobody: what is hidden must answer as these do. */
export const missingNames = ({ owner, organisation }: Names): Names => ({
  owner,
  model: 'nothing-model',
  dataset: 'nothing-data',
  organisation: `${organisation}-not`,
  member: 'nobody-at-all',
  userId: 'user_000000000000000000000000',
  keyId: 'key_00000000000000000000000000000000',
  invitationId: `inv_${'0'.repeat(64)}`,
  importId: 'imp_00000000000000000000000000000000',
  deployment: 'nothing-deployed',
  uploadId: `${'0'.repeat(24)}-${'0'.repeat(64)}`,
})
