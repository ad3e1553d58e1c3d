import { setTimeout as sleep } from 'node:timers/promises'
import type { JobResult, PgBoss, WorkOptions } from 'pg-boss'
import type { App } from '../app.ts'
import { makeBoss } from './boss.ts'
import { QUEUES, type Queue } from './queues.ts'
import { scheduleNext } from './schedule.ts'
import { workOff } from './work.ts'

export type Jobs = {
  /** Takes no new work and waits, some seconds at most, for what is under way. */
  stop(): Promise<void>
}

/** How often each queue is looked at. Of mail several go out at once, so that one that hangs stops no other. */
const ways: Record<Queue, WorkOptions> = {
  'send-mail': { pollingIntervalSeconds: 2, localConcurrency: 4, batchSize: 2, burstWhenBatchFull: true },
  'account-requests': { pollingIntervalSeconds: 2 },
  'count-customers': { pollingIntervalSeconds: 20 },
  'temporary-licenses': { pollingIntervalSeconds: 20 },
  'expiry-reminders': { pollingIntervalSeconds: 20 },
  'yearly-reviews': { pollingIntervalSeconds: 60 },
  housekeeping: { pollingIntervalSeconds: 60 },
}
const retryMs = 5_000
const stopMs = 5_000

/**
 * Starts doing what was put off (jobs/work.ts). Does not wait for the database, and outlives its absence: what
 * cannot be done now is tried again.
 */
export async function startJobs(app: App): Promise<Jobs> {
  const boss = makeBoss(app.database.sql)
  boss.on('error', (error) => app.log.warn({ err: error }, 'jobs: not now, trying again'))
  const stopping = new AbortController()
  const begun = begin(app, boss, stopping.signal)
  return {
    async stop() {
      stopping.abort()
      const stopped = begun.then(() => boss.stop({ close: false, timeout: stopMs }))
      await Promise.race([stopped, sleep(stopMs + 1_000, undefined, { ref: false })])
    },
  }
}

async function begin(app: App, boss: PgBoss, signal: AbortSignal): Promise<void> {
  const queues = Object.keys(QUEUES) as Queue[]
  while (!signal.aborted) {
    try {
      await boss.start()
      for (const queue of queues) await scheduleNext(app, queue)
      break
    } catch (error) {
      app.log.warn({ err: error }, 'jobs: cannot start yet, trying again')
      await sleep(retryMs, undefined, { signal }).catch(() => {})
    }
  }
  if (signal.aborted) return
  for (const queue of queues) {
    await boss.work(queue, { ...ways[queue], perJobResults: true as const }, (jobs) =>
      Promise.all(jobs.map((job) => settled(app, queue, job))),
    )
  }
}

async function settled(
  app: App,
  queue: Queue,
  { id, data }: { id: string; data: unknown },
): Promise<JobResult> {
  try {
    await workOff(app, queue, data)
    return { id, status: 'completed' }
  } catch {
    return { id, status: 'failed' }
  }
}
