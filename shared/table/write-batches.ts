import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Patience } from './write-patiently.ts'

const batchMax = 25
const triesMax = 9

/** Writes many items, each on its own, and repeats those that the database throttled. */
export async function writeBatches({ documents, tableName, requests, patience }: WriteBatches): Promise<void> {
  for (let start = 0; start < requests.length; start += batchMax) {
    let pending: Record<string, unknown>[] | undefined = requests.slice(start, start + batchMax)
    for (let attempt = 0; pending !== undefined && pending.length > 0; attempt++) {
      if (attempt === triesMax) throw new Error('DynamoDB did not accept a batch of writes after 8 tries')
      if (attempt > 0) await patience.pause(50 * 2 ** attempt * (0.5 + patience.random()))
      const answer: { UnprocessedItems?: Record<string, unknown> | undefined } = await documents.send(
        new BatchWriteCommand({ RequestItems: { [tableName]: pending } }),
      )
      pending = answer.UnprocessedItems?.[tableName] as Record<string, unknown>[] | undefined
    }
  }
}

interface WriteBatches {
  documents: Pick<DynamoDBDocumentClient, 'send'>
  tableName: string
  requests: Record<string, unknown>[]
  patience: Patience
}
