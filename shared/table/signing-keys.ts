import type { JWK } from 'jose'
import { keys } from './keys.ts'
import { absent, ConditionFailed, type Table } from './table.ts'
import type { VerifyingKeyItem } from './verifying-keys.ts'

/**
 * A key that signs access tokens, with its private half. It is in the table because a laptop has no KMS and both hosts
 * run the same code; the table is encrypted at rest, and only the auth function's role reads the partition. Anyone who
 * could read it could also write an API key.
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

/** The number of the next key: after all others, even where a private half was removed by hand. */
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
 * Adds a key after the current one, which verifies until `overlapEnd` and is removed then. Of two concurrent processes,
 * the second uses the first one's key.
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
