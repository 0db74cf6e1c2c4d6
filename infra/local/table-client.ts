/**
 * What the DynamoDB client needs for a server at this address. The AWS settings of the shell and of `~/.aws` are meant
 * for other programs: with FIPS, dual-stack endpoints or endpoint discovery the client would refuse the address, and with
 * automatic defaults it would ask the cloud's metadata service (169.254.169.254) where it runs.
 */
export const tableClient = (endpoint: string) => ({
  endpoint,
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  endpointDiscoveryEnabled: false,
  defaultsMode: 'legacy' as const,
})
