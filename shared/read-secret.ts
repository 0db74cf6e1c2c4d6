interface SecretRequest {
  name: string
  /** The Lambda's own, by which the extension knows that the asker runs beside it. */
  sessionToken: string | undefined
  endpoint?: string
}

/**
 * A secret of Secrets Manager, through the extension of AWS that runs beside a Lambda and spares it a client. The
 * extension answers only once the function has started, so this is not for a module's top level.
 */
export async function readSecret({ name, sessionToken = '', endpoint = extension }: SecretRequest): Promise<string> {
  const answer = await fetch(`${endpoint}/secretsmanager/get?secretId=${encodeURIComponent(name)}`, {
    headers: { 'x-aws-parameters-secrets-token': sessionToken },
    signal: AbortSignal.timeout(10_000),
  })
  if (!answer.ok) throw new Error(`the secret ${name} cannot be read: ${answer.status} ${await answer.text()}`)
  const { SecretString } = (await answer.json()) as { SecretString?: unknown }
  if (typeof SecretString !== 'string' || SecretString.trim() === '') throw new Error(`the secret ${name} has no text`)
  return SecretString.trim()
}

const extension = 'http://localhost:2773'
