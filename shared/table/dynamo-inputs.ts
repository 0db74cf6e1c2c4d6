import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb'
import type { ItemKey } from './keys.ts'
import type { Condition, TransactAction, Update } from './table-requests.ts'

/** The DynamoDB form of a condition. */
export const expressed = (condition: Condition | undefined) =>
  condition === undefined
    ? {}
    : {
        ConditionExpression: condition.expression,
        ExpressionAttributeNames: condition.names,
        ExpressionAttributeValues: condition.values,
      }

export const updating = (change: Update): Omit<UpdateCommandInput, 'TableName' | 'Key'> => ({
  UpdateExpression: change.expression,
  ConditionExpression: change.condition,
  ExpressionAttributeNames: change.names,
  ExpressionAttributeValues: change.values,
})

export function transactItem(TableName: string, action: TransactAction) {
  if ('put' in action) return { Put: { TableName, Item: action.put, ...expressed(action.condition) } }
  if ('update' in action) return { Update: { TableName, Key: keyOf(action.update), ...updating(action.change) } }
  if ('check' in action)
    return { ConditionCheck: { TableName, Key: keyOf(action.check), ...expressed(action.condition) } }
  return { Delete: { TableName, Key: keyOf(action.delete), ...expressed(action.condition) } }
}

/** Reduces a whole item to its key. */
export const keyOf = ({ pk, sk }: ItemKey): ItemKey => ({ pk, sk })
