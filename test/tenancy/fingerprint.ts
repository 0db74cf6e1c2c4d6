import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { objectPrefixes } from '../../shared/objects/keys.ts'

/** What may change with any request: who was when, how often, and what replicas say of themselves. */
const isPassing = ({ pk, sk }: { pk: string; sk: string }): boolean =>
  /^(?:USES|ATTEMPTS|AUDIT|ONCE)#/.test(pk) || /^(?:MINUTE|REPLICA)#/.test(sk)

/** All that a host has stored, as one can compare it. */
export function stateReader({ endpoint, dataDir }: { endpoint: string; dataDir: string }) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: 'local', credentials }))
  return {
    async read(): Promise<{ items: Record<string, string>; objects: string[] }> {
      const items: Record<string, string> = {}
      for await (const { Items = [] } of paginateScan(
        { client: documents },
        { TableName: 'slipway', ConsistentRead: true },
      ))
        for (const item of Items as { pk: string; sk: string }[])
          if (!isPassing(item)) items[`${item.pk} ${item.sk}`] = hashOf(item)
      return { items, objects: await filesBelow(dataDir) }
    },
    close: () => documents.destroy(),
  }
}

const hashOf = (item: object): string => createHash('sha256').update(JSON.stringify(item, inOrder)).digest('hex')

/** A database gives the entries of a map in any order. */
const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value

async function filesBelow(dataDir: string): Promise<string[]> {
  const found = await Promise.all(
    objectPrefixes.map((prefix) => readdir(join(dataDir, prefix), { recursive: true, withFileTypes: true })),
  )
  return found
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}
