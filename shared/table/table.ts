import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb'
import { awsTimeouts } from '../aws-timeouts.ts'
import { expressed, keyOf, transactItem, updating } from './dynamo-inputs.ts'
import type { ItemKey } from './keys.ts'
import type { SignedReads } from './signed-reads.ts'
import type { Condition, Page, TableQuery, TransactAction, Update } from './table-requests.ts'
import { writeBatches } from './write-batches.ts'
import { type Patience, realPatience, writePatiently } from './write-patiently.ts'

export * from './table-requests.ts'
export { ConditionFailed } from './write-patiently.ts'

/** A handle on the one table: the document client and the table's name, behind the few verbs that items need. */
export interface Table {
  get<Item>(key: ItemKey, options?: { consistent?: boolean }): Promise<Item | undefined>
  put(item: ItemKey & Record<string, unknown>, condition?: Condition): Promise<void>
  update(key: ItemKey, change: Update): Promise<void>
  /** Like `update`, but resolves to the changed attributes. */
  updated(key: ItemKey, change: Update): Promise<Record<string, unknown>>
  delete(key: ItemKey): Promise<void>
  query<Item>(query: TableQuery): Promise<Page<Item>>
  queryAll<Item>(query: TableQuery): AsyncGenerator<Item>
  /** All or nothing, at most 100 items. @throws ConditionFailed */
  transact(actions: TransactAction[]): Promise<void>
  putMany(items: (ItemKey & Record<string, unknown>)[]): Promise<void>
  deleteMany(itemKeys: ItemKey[]): Promise<void>
  close(): void
}

export function openTable({ tableName, client, createReads, patience = realPatience }: TableOptions): Table {
  const raw = new DynamoDBClient({ maxAttempts: 5, requestHandler: awsTimeouts.table, ...client })
  const documents = DynamoDBDocumentClient.from(raw, { marshallOptions: { removeUndefinedValues: true } })
  const reads = createReads?.(raw)
  const TableName = tableName
  const writeAll = (requests: Record<string, unknown>[]) => writeBatches({ documents, tableName, requests, patience })
  const written = <Answer>(write: () => Promise<Answer>) => writePatiently(write, patience)

  async function query<Item>(request: TableQuery): Promise<Page<Item>> {
    const input: QueryCommandInput = {
      TableName,
      IndexName: request.index,
      KeyConditionExpression: request.expression,
      ExpressionAttributeNames: request.names,
      ExpressionAttributeValues: request.values,
      Limit: request.limit,
      ScanIndexForward: request.descending !== true,
      ConsistentRead: request.consistent,
      ExclusiveStartKey: request.startKey,
    }
    const short = request.consistent === true ? await reads?.query(input) : undefined
    const answer = short ?? (await documents.send(new QueryCommand(input)))
    return { items: (answer.Items ?? []) as Item[], nextKey: answer.LastEvaluatedKey }
  }

  return {
    async get<Item>(Key: ItemKey, { consistent = true } = {}) {
      const input = { TableName, Key, ConsistentRead: consistent }
      const answer = (await reads?.get(input)) ?? (await documents.send(new GetCommand(input)))
      return answer.Item as Item | undefined
    },
    async put(Item, condition) {
      await written(() => documents.send(new PutCommand({ TableName, Item, ...expressed(condition) })))
    },
    async update(Key, change) {
      await written(() => documents.send(new UpdateCommand({ TableName, Key, ...updating(change) })))
    },
    async updated(Key, change) {
      const input: UpdateCommandInput = { TableName, Key, ReturnValues: 'UPDATED_NEW', ...updating(change) }
      const answer = await written(() => documents.send(new UpdateCommand(input)))
      return answer.Attributes ?? {}
    },
    async delete(Key) {
      await written(() => documents.send(new DeleteCommand({ TableName, Key: keyOf(Key) })))
    },
    query,
    async *queryAll<Item>(request: TableQuery) {
      let startKey = request.startKey
      do {
        const page: Page<Item> = await query<Item>({ ...request, startKey })
        yield* page.items
        startKey = page.nextKey
      } while (startKey !== undefined)
    },
    async transact(actions) {
      const TransactItems = actions.map((action) => transactItem(TableName, action))
      const input = { TransactItems } as TransactWriteCommandInput
      await written(() => documents.send(new TransactWriteCommand(input)))
    },
    async putMany(items) {
      await writeAll(items.map((Item) => ({ PutRequest: { Item } })))
    },
    async deleteMany(itemKeys) {
      await writeAll(itemKeys.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })))
    },
    close: () => raw.destroy(),
  }
}

interface TableOptions {
  tableName: string
  client?: DynamoDBClientConfig
  /** Cheaper strongly consistent reads than the SDK's, for services that make many of them and can carry the code. */
  createReads?: (client: DynamoDBClient) => SignedReads
  patience?: Patience
}
