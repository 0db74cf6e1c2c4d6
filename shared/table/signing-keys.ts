import type { JWK } from 'jose'
import { keys } from './keys.ts'
import { absent, ConditionFailed, type Table } from './table.ts'
import type { VerifyingKeyItem } from './verifying-keys.ts'

/**
 * A key that signs sessions' tokens, private half included. It lies in the table because a laptop has no KMS and the
 * two hosts are to be one code; the table is encrypted at rest, and only the auth function's role reads the partition.
 * Whoever can read it could as well write an API key for itself.
 */
export interface SigningKeyItem {
  generation: string
  kid: string
  privateJwk: JWK
  signsFrom: string
}

/** The newest few, newest first. */
export async function newestSigningKeys(table: Table): Promise<SigningKeyItem[]> {
  const page = await table.query<SigningKeyItem>({
    expression: 'pk = :pk',
    values: { ':pk': keys.signingKey('').pk },
    descending: true,
    consistent: true,
    limit: 5,
  })
  return page.items
}

/** The number of the next key: behind every one there is, also where a private half was taken away by hand. */
export async function nextGeneration(table: Table): Promise<string> {
  const newest = await Promise.all(
    [keys.signingKey(''), keys.verifyingKey('')].map(({ pk }) =>
      table.query<{ sk: string }>({
        expression: 'pk = :pk',
        values: { ':pk': pk },
        descending: true,
        consistent: true,
        limit: 1,
      }),
    ),
  )
  const generations = newest.flatMap(({ items }) => items.map(({ sk }) => Number(sk)))
  return String(Math.max(0, ...generations) + 1).padStart(8, '0')
}

/**
 * Puts a key behind the one before it, which verifies until `overlapEnd` and is removed then. Of two processes that do
 * so at once one is first, and the other goes on with what that one made.
 */
export async function addSigningKey(
  table: Table,
  { item, publicJwk, previous, overlapEnd }: AddSigningKey,
): Promise<void> {
  const { generation, kid, signsFrom } = item
  const verifying: VerifyingKeyItem = { kid, publicJwk, signsFrom }
  const expiresAt = Math.ceil(overlapEnd.getTime() / 1000) + 3600
  const retired = previous && [
    {
      update: keys.verifyingKey(previous.generation),
      change: {
        expression: 'SET verifiesUntil = :until, expiresAt = :expiresAt',
        condition: 'attribute_exists(pk)',
        values: { ':until': overlapEnd.toISOString(), ':expiresAt': expiresAt },
      },
    },
    {
      update: keys.signingKey(previous.generation),
      change: {
        expression: 'SET expiresAt = :expiresAt',
        condition: 'attribute_exists(pk)',
        values: { ':expiresAt': expiresAt },
      },
    },
  ]
  try {
    await table.transact([
      { put: { ...keys.signingKey(generation), ...item }, condition: absent },
      { put: { ...keys.verifyingKey(generation), ...verifying }, condition: absent },
      ...(retired ?? []),
    ])
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
  }
}

interface AddSigningKey {
  item: SigningKeyItem
  publicJwk: VerifyingKeyItem['publicJwk']
  previous: SigningKeyItem | undefined
  overlapEnd: Date
}
