import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import {
  BatchWriteCommand,
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
import type { TableIndex } from './definition.ts'
import type { ItemKey } from './keys.ts'
import type { SignedReads } from './signed-reads.ts'
import { type Patience, realPatience, writePatiently } from './write-patiently.ts'

export { ConditionFailed } from './write-patiently.ts'

/** A handle on the one table: the document client and the table's name, with the few verbs that the items need. */
export interface Table {
  get<Item>(key: ItemKey, options?: { consistent?: boolean }): Promise<Item | undefined>
  put(item: ItemKey & Record<string, unknown>, condition?: Condition): Promise<void>
  update(key: ItemKey, change: Update): Promise<void>
  /** The same, and resolves to what was changed, as it is now. */
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

export interface Condition {
  expression: string
  names?: Record<string, string>
  values?: Record<string, unknown>
}

export interface Update {
  expression: string
  condition?: string
  names?: Record<string, string>
  values?: Record<string, unknown>
}

export interface TableQuery {
  index?: TableIndex
  expression: string
  names?: Record<string, string>
  values: Record<string, unknown>
  limit?: number
  descending?: boolean
  consistent?: boolean
  /** The `cursor` of the page before. */
  startKey?: Record<string, unknown> | undefined
}

export interface Page<Item> {
  items: Item[]
  /** Where the next page starts; absent on the last. */
  nextKey?: Record<string, unknown> | undefined
}

export type TransactAction =
  | ({ put: ItemKey & Record<string, unknown> } & { condition?: Condition })
  | { update: ItemKey; change: Update }
  | { check: ItemKey; condition: Condition }
  | { delete: ItemKey; condition?: Condition }

export const absent: Condition = { expression: 'attribute_not_exists(pk)' }
export const present: Condition = { expression: 'attribute_exists(pk)' }

export function openTable({ tableName, client, createReads, patience = realPatience }: TableOptions): Table {
  const raw = new DynamoDBClient({ maxAttempts: 5, requestHandler: awsTimeouts.table, ...client })
  const documents = DynamoDBDocumentClient.from(raw, { marshallOptions: { removeUndefinedValues: true } })
  const reads = createReads?.(raw)
  const TableName = tableName
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

  async function writeAll(requests: Record<string, unknown>[]) {
    for (let start = 0; start < requests.length; start += 25) {
      let pending: Record<string, unknown>[] | undefined = requests.slice(start, start + 25)
      for (let attempt = 0; pending !== undefined && pending.length > 0; attempt++) {
        if (attempt > 8) throw new Error('DynamoDB did not take a batch of writes after 8 tries')
        if (attempt > 0) await patience.pause(50 * 2 ** attempt * (0.5 + patience.random()))
        const answer: { UnprocessedItems?: Record<string, unknown> | undefined } = await documents.send(
          new BatchWriteCommand({ RequestItems: { [TableName]: pending } }),
        )
        pending = answer.UnprocessedItems?.[TableName] as Record<string, unknown>[] | undefined
      }
    }
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

export interface TableOptions {
  tableName: string
  client?: DynamoDBClientConfig
  /** Strongly consistent reads that cost less than the SDK's, for who makes many of them and can carry the code. */
  createReads?: (client: DynamoDBClient) => SignedReads
  patience?: Patience
}

const expressed = (condition: Condition | undefined) =>
  condition === undefined
    ? {}
    : {
        ConditionExpression: condition.expression,
        ExpressionAttributeNames: condition.names,
        ExpressionAttributeValues: condition.values,
      }

const updating = (change: Update): Omit<UpdateCommandInput, 'TableName' | 'Key'> => ({
  UpdateExpression: change.expression,
  ConditionExpression: change.condition,
  ExpressionAttributeNames: change.names,
  ExpressionAttributeValues: change.values,
})

function transactItem(TableName: string, action: TransactAction) {
  if ('put' in action) return { Put: { TableName, Item: action.put, ...expressed(action.condition) } }
  if ('update' in action) return { Update: { TableName, Key: keyOf(action.update), ...updating(action.change) } }
  if ('check' in action)
    return { ConditionCheck: { TableName, Key: keyOf(action.check), ...expressed(action.condition) } }
  return { Delete: { TableName, Key: keyOf(action.delete), ...expressed(action.condition) } }
}

const keyOf = ({ pk, sk }: ItemKey): ItemKey => ({ pk, sk })
