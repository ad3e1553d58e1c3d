import type { App } from '../app.ts'
import { NotSent } from '../mail/refusal.ts'
import { type MailRef, sendMail } from '../mail/send.ts'
import { remindAll } from '../notifications/remind.ts'
import { reviewAll } from '../privileges/review-job.ts'
import { type AccountRequestJob, workOnAccountRequest } from '../requests/account/jobs.ts'
import { countAll } from './count-customers.ts'
import { keepHouse } from './housekeeping.ts'
import type { Queue } from './queues.ts'
import { scheduleNext } from './schedule.ts'
import { endAllTemporary } from './temporary-licenses.ts'

type Handler = (app: App, data: Record<string, unknown>) => Promise<void>

/** What each queue's jobs do. Each may run twice (a process that dies settles nothing), so each is safe to repeat. */
const handlers: Record<Queue, Handler> = {
  'send-mail': (app, data) => sendMail(app, data as MailRef),
  'count-customers': countAll,
  'temporary-licenses': endAllTemporary,
  'expiry-reminders': remindAll,
  'yearly-reviews': reviewAll,
  housekeeping: keepHouse,
  'account-requests': (app, data) => workOnAccountRequest(app, data as AccountRequestJob),
}

/** Does one job of a queue. What it throws is logged, and the job is tried again as its queue says. */
export async function workOff(app: App, queue: Queue, data: unknown): Promise<void> {
  try {
    await handlers[queue](app, (data ?? {}) as Record<string, unknown>)
  } catch (error) {
    const level = error instanceof NotSent ? 'warn' : 'error'
    app.log[level]({ err: error, queue, data }, 'job failed')
    throw error
  } finally {
    await scheduleNext(app, queue)
  }
}
