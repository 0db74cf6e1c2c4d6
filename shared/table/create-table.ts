import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { awsTimeouts } from '../aws-timeouts.ts'
import { tableDefinition } from './definition.ts'

/** Creates the table from its definition if it is missing, for hosts without CloudFormation. */
export async function createTable({ tableName, client }: { tableName: string; client: DynamoDBClientConfig }) {
  const dynamodb = new DynamoDBClient({ requestHandler: awsTimeouts.table, ...client })
  try {
    await dynamodb.send(new CreateTableCommand(createTableInput(tableName)))
    const TimeToLiveSpecification = { AttributeName: tableDefinition.timeToLiveAttribute, Enabled: true }
    await dynamodb.send(new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification }))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
    await dynamodb.send(new DescribeTableCommand({ TableName: tableName }))
  } finally {
    dynamodb.destroy()
  }
}

export function createTableInput(TableName: string) {
  const { partitionKey, sortKey, indexes, orders } = tableDefinition
  const keySchema = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ]
  const attributes = [
    ...[partitionKey, sortKey, ...orders.map((order) => order.sortKey)],
    ...indexes.flatMap((index) => [index.partitionKey, index.sortKey]),
  ]
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
    KeySchema: keySchema(partitionKey, sortKey),
    LocalSecondaryIndexes: orders.map((order) => ({
      IndexName: order.name,
      KeySchema: keySchema(partitionKey, order.sortKey),
      Projection: { ProjectionType: 'ALL' as const },
    })),
    GlobalSecondaryIndexes: indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: keySchema(index.partitionKey, index.sortKey),
      Projection: { ProjectionType: 'ALL' as const },
    })),
  }
}
