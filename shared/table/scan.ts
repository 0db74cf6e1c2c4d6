import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { awsTimeouts } from '../aws-timeouts.ts'
import type { ItemKey } from './keys.ts'
import type { Page } from './table.ts'

/** Reads the whole table page by page. Not part of `Table`, because only maintenance may scan. */
export type TableScan = (request: {
  limit?: number
  /** The `nextKey` of the previous page. */
  startKey?: Record<string, unknown> | undefined
}) => Promise<Page<ItemKey & Record<string, unknown>>>

export function openScan({ tableName, client }: { tableName: string; client?: DynamoDBClientConfig }): TableScan {
  const raw = new DynamoDBClient({ maxAttempts: 5, requestHandler: awsTimeouts.table, ...client })
  const documents = DynamoDBDocumentClient.from(raw)
  return async ({ limit, startKey }) => {
    const input = { TableName: tableName, ConsistentRead: true, Limit: limit, ExclusiveStartKey: startKey }
    const answer = await documents.send(new ScanCommand(input))
    return { items: (answer.Items ?? []) as (ItemKey & Record<string, unknown>)[], nextKey: answer.LastEvaluatedKey }
  }
}
