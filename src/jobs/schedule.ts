import type { App } from '../app.ts'
import { todayIn } from '../web/format.ts'
import type { Queue } from './queues.ts'
import { sendJob } from './send.ts'

const hour = 3_600_000

/** When a queue that works by the clock is due next: at the publisher's midnight, or some hours later. */
const hoursAfterMidnight: Partial<Record<Queue, number>> = {
  'count-customers': 0,
  'temporary-licenses': 0,
  'expiry-reminders': 6,
  'yearly-reviews': 4,
  housekeeping: 3,
}

/** Queues the next run of what works by the clock; one that waits already stays the only one. */
export async function scheduleNext(app: App, queue: Queue, now = new Date()): Promise<void> {
  const hours = hoursAfterMidnight[queue]
  if (hours === undefined) return
  const due = new Date(nextMidnight(app.publisher().timeZone, now).getTime() + hours * hour)
  await sendJob(app.database.db, queue, {}, due)
}

/** The instant at which the day in a time zone ends, to the second; a day may have 23 or 25 hours. */
export function nextMidnight(timeZone: string, now = new Date()): Date {
  const today = todayIn(timeZone, now)
  let before = Math.floor(now.getTime() / 1000)
  let after = before + 26 * 3600
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (todayIn(timeZone, new Date(middle * 1000)) === today) before = middle
    else after = middle
  }
  return new Date(after * 1000)
}
