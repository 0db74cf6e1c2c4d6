/**
 * Work to do later, at least once: SQS in AWS, a queue in this process locally. A message may come twice, late and out
 * of order; one that keeps failing becomes a dead letter.
 */
export interface Queue<Message> {
  send(request: { message: Message; delaySeconds?: number }): Promise<void>
  sendMany(request: { messages: readonly Message[] }): Promise<void>
  /** Changes each time the queue loses its messages; absent where it keeps them. */
  readonly lifeId?: string
}

/** Names a message's group. Groups with the fewest messages in flight go first. */
export type GroupOf<Message> = (message: Message) => string

/** Handles one message. Throwing returns it to the queue for a delay that grows. */
export type MessageHandler<Message> = (message: Message, delivery: Delivery) => Promise<void>

export interface Delivery {
  /** How often the message was delivered, including this time. */
  receiveCount: number
  signal: AbortSignal
}

/** How often a message is delivered before it becomes a dead letter. */
export const receivesMax = 5

/** The longest delay that SQS allows for a message. */
export const maxDelaySeconds = 900
