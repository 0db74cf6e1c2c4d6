import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Grant, type IRole } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { TableAccess } from '../../shared/table/access.ts'
import { tableDefinition } from '../../shared/table/definition.ts'

interface ModelTableProps {
  /** Whether the table outlives its stack and cannot be deleted. */
  isRetained: boolean
}

/** The platform's one table, from the definition that the local host uses, too. */
export class ModelTable extends Construct {
  readonly tableName: string
  readonly #table: TableV2

  constructor(scope: Construct, id: string, { isRetained }: ModelTableProps) {
    super(scope, id)
    const { partitionKey, sortKey, timeToLiveAttribute, indexes, orders } = tableDefinition
    this.#table = new TableV2(this, 'Table', {
      partitionKey: text(partitionKey),
      sortKey: text(sortKey),
      timeToLiveAttribute,
      localSecondaryIndexes: orders.map((order) => ({ indexName: order.name, sortKey: text(order.sortKey) })),
      globalSecondaryIndexes: indexes.map((index) => ({
        indexName: index.name,
        partitionKey: text(index.partitionKey),
        sortKey: text(index.sortKey),
      })),
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: isRetained,
      removalPolicy: isRetained ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    })
    this.tableName = this.#table.tableName
  }

  /**
   * Grants access to the partitions that the access names, and no others: a function that parses strangers' files must
   * not be able to write an API key. Only maintenance may `Scan`, so that any list that is not a Query fails in tests.
   */
  grant(role: IRole, { reads = [], writes = [], appends = [], lists = [], scans = false }: TableAccess) {
    const { tableArn } = this.#table
    const indexArns = tableDefinition.indexes.map((index) => `${tableArn}/index/${index.name}`)
    // The orders of a list are local indexes, with the table's own partitions.
    const orderArns = tableDefinition.orders.map((order) => `${tableArn}/index/${order.name}`)
    const statements = [
      { actions: readActions, resourceArns: [tableArn, ...orderArns], partitions: [...reads, ...writes] },
      { actions: writeActions, resourceArns: [tableArn], partitions: writes },
      // No policy can require a condition, so only the code prevents overwriting an event.
      { actions: ['dynamodb:PutItem'], resourceArns: [tableArn], partitions: appends },
      { actions: ['dynamodb:Query'], resourceArns: indexArns, partitions: lists },
    ]
    if (scans) Grant.addToPrincipal({ grantee: role, actions: ['dynamodb:Scan'], resourceArns: [tableArn] })
    for (const { actions, resourceArns, partitions } of statements) {
      if (partitions.length === 0) continue
      const conditions = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } }
      Grant.addToPrincipal({ grantee: role, actions, resourceArns, conditions })
    }
  }
}

// A transaction needs no action of its own: DynamoDB checks those of its parts.
const readActions = ['dynamodb:ConditionCheckItem', 'dynamodb:GetItem', 'dynamodb:Query']
const writeActions = ['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem']

function text(name: string) {
  return { name, type: AttributeType.STRING }
}
