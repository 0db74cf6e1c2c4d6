import type { Hono } from 'hono'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import type { Table } from '../../shared/table/table.ts'

/** What the routes work with. */
export interface HubParts {
  table: Table
  objects: ObjectStore
  publicUrl: string | undefined
}

export type HubApp = Hono<HttpEnvironment>
