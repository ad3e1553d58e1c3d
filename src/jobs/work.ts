import type { App } from '../app.ts'
import { sendMail } from '../mail/send.ts'
import { countAll } from './count-customers.ts'
import { keepHouse } from './housekeeping.ts'
import type { Queue } from './queues.ts'
import { scheduleNext } from './schedule.ts'

type Handler = (app: App, data: Record<string, unknown>) => Promise<void>

/** What each queue's jobs do. Each may run twice (a process that dies settles nothing), so each is safe to repeat. */
const handlers: Record<Queue, Handler> = {
  'send-mail': (app, data) => sendMail(app, data as { customerId: string; mailId: string }),
  'count-customers': countAll,
  housekeeping: keepHouse,
}

/** Does one job of a queue. What it throws is logged, and the job is tried again as its queue says. */
export async function workOff(app: App, queue: Queue, data: unknown): Promise<void> {
  try {
    await handlers[queue](app, (data ?? {}) as Record<string, unknown>)
  } catch (error) {
    app.log.error({ err: error, queue, data }, 'job failed')
    throw error
  } finally {
    await scheduleNext(app, queue)
  }
}
