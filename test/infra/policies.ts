import type { Template } from 'aws-cdk-lib/assertions'

/** A table operation in terms of IAM. */
export interface Asked {
  action: string
  /** `''` is the table itself. */
  index?: string | undefined
  partitions?: string[]
}

interface Statement {
  Effect: string
  Action: string | string[]
  Resource: Resource | Resource[]
  Condition?: Record<string, Record<string, string | string[]>>
}

type Resource = string | { 'Fn::Join'?: [string, Resource[]]; 'Fn::GetStackOutput'?: { OutputName: string } }

/** Decides like IAM whether the synthesised policies of a role allow a table operation. */
export function policyOf(template: Template, role: RegExp): (asked: Asked) => boolean {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'))
  const own = policies.filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => role.test(Ref)))
  const statements: Statement[] = own.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
  return ({ action, index, partitions = [] }) =>
    statements.some(({ Effect, Action, Resource, Condition }) => {
      const leading = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']
      return (
        Effect === 'Allow' &&
        [Action].flat().includes(`dynamodb:${action}`) &&
        [Resource]
          .flat()
          .some((resource) => named(resource) === (index === undefined ? table : `${table}/index/${index}`)) &&
        (leading === undefined ||
          partitions.every((partition) => [leading].flat().some((like) => isLike(partition, like))))
      )
    })
}

const table = 'table'

/** The table's name comes from the other stack; an index is appended to it. */
const named = (resource: Resource): string => {
  if (typeof resource === 'string') return resource
  const { 'Fn::Join': join, 'Fn::GetStackOutput': output } = resource
  if (join !== undefined) return join[1].map(named).join(join[0])
  return /^PublishOutputFnGetAttTable[0-9A-F]{8}Arn/.test(output?.OutputName ?? '') ? table : ''
}

const isLike = (partition: string, like: string): boolean =>
  like.endsWith('*') ? partition.startsWith(like.slice(0, -1)) : partition === like
