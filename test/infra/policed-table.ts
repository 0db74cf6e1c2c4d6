import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { openScan } from '../../shared/table/scan.ts'
import { openTable } from '../../shared/table/table.ts'
import type { Asked } from './policies.ts'

/** A table over a stand-in database that checks permissions and otherwise returns empty answers. */
export async function policedTable({ isAllowed }: { isAllowed: (asked: Asked) => boolean }) {
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '')
    const refused = needs(operation, JSON.parse(await text(request))).find((asked) => !isAllowed(asked))
    response.writeHead(refused === undefined ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' })
    const { action, partitions } = refused ?? {}
    const denied = { __type: 'com.amazon.coral.service#AccessDeniedException', message: `${action} ${partitions}` }
    response.end(JSON.stringify(refused === undefined ? {} : denied))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = { endpoint, region: 'local', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 }
  const table = openTable({ tableName: 'slipway', client })
  const scan = openScan({ tableName: 'slipway', client })
  return {
    table,
    scan,
    close: () => {
      table.close()
      server.close().closeAllConnections()
    },
  }
}

/** The permissions that DynamoDB requires for an operation; for a transaction, those of each member. */
function needs(operation: string, input: Input): Asked[] {
  if (operation === 'TransactWriteItems')
    return (input.TransactItems ?? []).flatMap((member) =>
      Object.entries(member).map(([kind, { Key, Item }]) => ({
        action: kind === 'ConditionCheck' ? kind.concat('Item') : `${kind}Item`,
        partitions: partitionsOf([Key ?? Item]),
      })),
    )
  if (operation === 'BatchWriteItem') {
    const requests = Object.values(input.RequestItems ?? {}).flat()
    const keys = requests.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key)
    return [{ action: operation, partitions: partitionsOf(keys) }]
  }
  const [, asked = ''] = /= (:\w+)/.exec(input.KeyConditionExpression ?? '') ?? []
  const { [asked]: value } = input.ExpressionAttributeValues ?? {}
  const partitions = operation === 'Query' ? [value?.S ?? ''] : partitionsOf([input.Key ?? input.Item])
  return [{ action: operation, index: input.IndexName, partitions }]
}

const partitionsOf = (keys: (Attributes | undefined)[]): string[] => keys.flatMap((key) => key?.pk?.S ?? [])

type Attributes = Record<string, { S?: string }>

interface Input {
  Key?: Attributes
  Item?: Attributes
  IndexName?: string
  KeyConditionExpression?: string
  ExpressionAttributeValues?: Attributes
  TransactItems?: Record<string, { Key?: Attributes; Item?: Attributes }>[]
  RequestItems?: Record<string, { PutRequest?: { Item: Attributes }; DeleteRequest?: { Key: Attributes } }[]>
}
