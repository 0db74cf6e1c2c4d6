interface SecretRequest {
  name: string
  /** The Lambda's own, which proves to the extension that the caller runs beside it. */
  sessionToken: string | undefined
  endpoint?: string
}

/**
 * Reads a secret through the AWS extension beside a Lambda, which saves bundling a client. The extension only answers
 * once the function has started, so this must not run at a module's top level.
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
