import { sql } from 'drizzle-orm'
import type { Message } from '../../src/mail/mailer.ts'
import { type MailRef, sendMail } from '../../src/mail/send.ts'
import { doJobs } from './account-requests.ts'
import type { TestApp } from './app.ts'

export type Letter = Message & {
  /** Path of the address that the letter leads to; the one that unsubscribes is in `unsubscribe`. */
  path: string
}

/** The mail of a counter, as its readers get it: what is due is sent by the sender that ships, to this instead of SMTP. */
export class Mailbox {
  readonly #t: TestApp
  readonly letters: Letter[] = []

  constructor(t: TestApp) {
    this.#t = t
  }

  /** Does what is due of people's requests, sends all mail that waits, and gives the last letter to that address. */
  async lastTo(address: string): Promise<Letter> {
    await doJobs(this.#t)
    await this.#send()
    const letter = this.letters.findLast(({ to }) => to === address)
    if (!letter) throw new Error(`No mail to ${address}; to ${this.letters.map(({ to }) => to).join()}`)
    return letter
  }

  async #send(): Promise<void> {
    const waiting = await this.#t.db.owner.db.execute<{ customerId: string | null; mailId: string }>(sql`
      select customer_id as "customerId", id as "mailId" from mails where sent_at is null
      union all select null, id from person_mails where sent_at is null order by 2`)
    for (const { customerId, mailId } of waiting) {
      const ref: MailRef = { mailId, ...(customerId ? { customerId } : {}) }
      await sendMail(this.#t.app, ref, async (message) => {
        this.letters.push({ ...message, path: pathIn(message) })
      })
    }
  }
}

/** Of the first link in the text, which leads on; before those about what is mailed. */
function pathIn({ text }: Message): string {
  const [address] = /https?:\/\/\S+/.exec(text) ?? []
  if (!address) return ''
  const { pathname, search } = new URL(address)
  return pathname + search
}
