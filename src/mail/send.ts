import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { Unavailable } from '../errors.ts'
import { unsubscribeToken } from '../notifications/unsubscribe.ts'
import { attachTo } from './attachments.ts'
import { type Message, mailerFor, senderOf } from './mailer.ts'
import { type ClaimedMail, claimMail, giveUpMail, type MailRef, markSent, releaseMail } from './queries.ts'
import { NotSent, refusalOf } from './refusal.ts'
import { renderMail } from './render.ts'

export type { MailRef } from './queries.ts'

type Sending = Pick<App, 'config' | 'database' | 'publisher' | 'log'>

// Longer than a mail server is waited for (mailer.ts), shorter than the job lives (jobs/queues.ts).
const claimSeconds = 180

// RFC 5321 section 4.5.4.1: four to five days.
const triedForMs = 5 * 86_400_000

/**
 * Sends one stored mail, if it was not sent yet, and marks it sent. Nothing is open in the database meanwhile.
 * Should the process die between the server's answer and the mark, the next try sends the same message with the same
 * Message-ID again; there is no other way to a second copy. What the server refuses for good, or for five days, is
 * given up, for the desk to see. Throws NotSent where it is to be tried again.
 */
export async function sendMail(app: Sending, ref: MailRef, mailer = mailerFor(app.config)): Promise<void> {
  const domain = senderIn(app).address.split('@').at(-1)!
  const claim = { seconds: claimSeconds, domain }
  const mail = await inTransaction(app, ref, (tx) => claimMail(tx, ref, claim))
  if (!mail) return
  if (mail === 'taken') throw new NotSent('Another process is at it.')
  try {
    await mailer(await messageOf(app, mail))
  } catch (error) {
    return await settleFailure(app, ref, error, mail)
  }
  await persist(() => inTransaction(app, ref, (tx) => markSent(tx, ref)))
}

async function settleFailure(
  app: Sending,
  ref: MailRef,
  error: unknown,
  { createdAt }: ClaimedMail,
): Promise<void> {
  const { isFinal, words, short } = refusalOf(error)
  const isTooOld = Date.now() - Date.parse(createdAt) > triedForMs
  if (!isFinal && !isTooOld) {
    await inTransaction(app, ref, (tx) => releaseMail(tx, ref, words))
    throw NotSent.because(error, short)
  }
  await inTransaction(app, ref, (tx) => giveUpMail(tx, ref, words))
  app.log.warn({ mailId: ref.mailId, said: short }, 'mail: given up')
}

// It is sent: a database that comes back within the claim must learn of it, or it is sent again.
async function persist(mark: () => Promise<void>): Promise<void> {
  for (let pause = 500; ; pause *= 2) {
    try {
      return await mark()
    } catch (error) {
      if (!(error instanceof Unavailable) || pause > 16_000) throw error
      await sleep(pause, undefined, { ref: false })
    }
  }
}

function inTransaction<T>({ database }: Sending, { customerId }: MailRef, work: (tx: Db) => Promise<T>) {
  return customerId ? database.forCustomer(customerId, work) : database.transaction(work)
}

async function messageOf(app: Sending, mail: ClaimedMail): Promise<Message> {
  const { name: publisher, timeZone } = app.publisher()
  const { baseUrl, mail: settings } = app.config
  const unsubscribe = unsubscribeAddress(app, mail)
  const canAnswer = settings.replyTo !== undefined
  const { params, attachments } = await attachTo(app, mail)
  return {
    ...renderMail({ ...mail, params, unsubscribe }, { publisher, baseUrl, timeZone, canAnswer }),
    id: mail.id,
    messageId: mail.messageId,
    to: mail.toAddress,
    toName: mail.personName,
    from: senderIn(app),
    replyTo: settings.replyTo,
    date: new Date(mail.createdAt),
    language: mail.language,
    unsubscribe,
    attachments,
  }
}

function senderIn({ config, publisher }: Sending) {
  return senderOf(config.mail, publisher().name, config.baseUrl)
}

function unsubscribeAddress({ config }: Sending, mail: ClaimedMail): string | undefined {
  const { personId, customerId, topics } = mail
  if (!personId || topics.length === 0) return undefined
  return `${config.baseUrl}/unsubscribe/${unsubscribeToken(config, { personId, customerId, topics })}`
}
