import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Grant, type IRole } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { tableDefinition } from '../../shared/table/definition.ts'

export interface ModelTableProps {
  /** Whether the table outlives its stack and refuses to be deleted. */
  isRetained: boolean
}

/** The one table of the platform, made from the definition that the local host uses too. */
export class ModelTable extends Construct {
  readonly tableName: string
  readonly #table: TableV2

  constructor(scope: Construct, id: string, { isRetained }: ModelTableProps) {
    super(scope, id)
    const { partitionKey, sortKey, timeToLiveAttribute, indexes } = tableDefinition
    this.#table = new TableV2(this, 'Table', {
      partitionKey: text(partitionKey),
      sortKey: text(sortKey),
      timeToLiveAttribute,
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

  /** Lets someone read and write items. `Scan` is left out, so that a list that is not a Query fails in every test. */
  grantReadWrite(role: IRole) {
    const indexArns = tableDefinition.indexes.map((index) => `${this.#table.tableArn}/index/${index.name}`)
    const resourceArns = [this.#table.tableArn, ...indexArns]
    Grant.addToPrincipal({ grantee: role, actions: itemActions, resourceArns })
  }
}

// A transaction needs no action of its own: DynamoDB checks those of its members.
const itemActions = [
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
]

function text(name: string) {
  return { name, type: AttributeType.STRING }
}
