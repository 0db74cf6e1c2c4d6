import { text } from 'node:stream/consumers'
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { GetCommandInput, GetCommandOutput, QueryCommandInput, QueryCommandOutput } from '@aws-sdk/lib-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'

/** After a failure, reads go through the SDK for this long. */
const restMs = 10_000
/** Binary values would have to be decoded. */
const holdsBytes = /"BS?":/

/** Like the document client's commands; resolves to `undefined` where the SDK should be used instead. */
export interface SignedReads {
  get(input: GetCommandInput): Promise<Pick<GetCommandOutput, 'Item'> | undefined>
  query(input: QueryCommandInput): Promise<Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'> | undefined>
}

type Attributes = Record<string, AttributeValue>

/**
 * Reads with one signed request over the SDK's own connections, endpoint, credentials and signer, but without its
 * middleware: a read costs half the time on the thread that also serves models. Any unexpected answer is left to the
 * SDK and its error handling.
 */
export function createSignedReads(client: DynamoDBClient): SignedReads {
  let restsUntilMs = Number.NEGATIVE_INFINITY
  const resolved = onceItWorks(() => resolve(client))

  async function ask<Answer>(operation: string, input: object): Promise<Answer | undefined> {
    if (performance.now() < restsUntilMs) return undefined
    try {
      const { endpoint, host, signer } = await resolved()
      const body = JSON.stringify(input)
      const headers = {
        host,
        'content-type': 'application/x-amz-json-1.0',
        'content-length': String(Buffer.byteLength(body)),
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      }
      const signingDate = new Date(Date.now() + client.config.systemClockOffset)
      const request = { ...endpoint, method: 'POST', query: {}, headers, body }
      const signed = await signer.sign(request, { signingDate })
      const { response } = await client.config.requestHandler.handle(signed as never)
      const answer = await text(response.body)
      if (response.statusCode === 200) return holdsBytes.test(answer) ? undefined : (JSON.parse(answer) as Answer)
    } catch (error) {
      // A caller that allows one attempt must not cause two.
      if ((await client.config.maxAttempts()) <= 1) throw error
    }
    restsUntilMs = performance.now() + restMs
    return undefined
  }

  return {
    async get({ Key = {}, ...input }) {
      const answer = await ask<{ Item?: Attributes }>('GetItem', { ...input, Key: marshall(Key) })
      return answer && { Item: answer.Item && unmarshall(answer.Item) }
    },
    async query({ ExpressionAttributeValues: values, ExclusiveStartKey: start, ...input }) {
      const answer = await ask<{ Items?: Attributes[]; LastEvaluatedKey?: Attributes }>('Query', {
        ...input,
        ExpressionAttributeValues: values && marshall(values, { removeUndefinedValues: true }),
        ExclusiveStartKey: start && marshall(start),
      })
      return (
        answer && {
          Items: (answer.Items ?? []).map((item) => unmarshall(item)),
          LastEvaluatedKey: answer.LastEvaluatedKey && unmarshall(answer.LastEvaluatedKey),
        }
      )
    },
  }
}

async function resolve({ config }: DynamoDBClient) {
  const [signingRegion, UseFIPS, UseDualStack] = await Promise.all([
    config.region(),
    config.useFipsEndpoint(),
    config.useDualstackEndpoint(),
  ])
  const given = await config.endpoint?.()
  const found = given ?? config.urlParser(config.endpointProvider({ Region: signingRegion, UseFIPS, UseDualStack }).url)
  const { protocol, hostname, port, path } = found
  const scheme = { schemeId: 'aws.auth#sigv4', name: 'sigv4', signingName: 'dynamodb', signingRegion, properties: {} }
  return {
    endpoint: { protocol, hostname, path, ...(port !== undefined && { port }) },
    host: port === undefined ? hostname : `${hostname}:${port}`,
    signer: await config.signer(scheme),
  }
}

/** Caches a promise; after a failure the next caller tries again. */
function onceItWorks<Value>(find: () => Promise<Value>): () => Promise<Value> {
  let found: Promise<Value> | undefined
  return () => {
    found ??= find().catch((error: unknown) => {
      found = undefined
      throw error
    })
    return found
  }
}
