import { text } from 'node:stream/consumers'
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { GetCommandInput, GetCommandOutput, QueryCommandInput, QueryCommandOutput } from '@aws-sdk/lib-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'

/** After something went wrong, the SDK's own way alone is taken for so long. */
const restMs = 10_000
/** They would have to be decoded. */
const holdsBytes = /"BS?":/

/** As the document client's commands; to nothing where the SDK is to be asked. */
export interface SignedReads {
  get(input: GetCommandInput): Promise<Pick<GetCommandOutput, 'Item'> | undefined>
  query(input: QueryCommandInput): Promise<Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'> | undefined>
}

type Attributes = Record<string, AttributeValue>

/**
 * Reads by one signed request over the SDK's own connections, with its endpoint, its credentials and its signer, but
 * without the steps around them: a read costs half of the time on the one thread that also serves models. What does not
 * answer as it should is left to the SDK, which knows what to do about it.
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
      // What may be tried once is not tried twice.
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

/** One that failed is tried again by the next who asks. */
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
