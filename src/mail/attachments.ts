import type { App } from '../app.ts'
import { type Attachment, attachPacks } from '../requests/packs-mail.ts'
import type { MailTemplate } from './messages.ts'
import type { ClaimedMail } from './queries.ts'

export type { Attachment } from '../requests/packs-mail.ts'

type Sending = Pick<App, 'database' | 'publisher'>
type Attached = { params: Record<string, unknown>; attachments: Attachment[] }

/** Messages with files, made when the message is sent: what lies in the outbox says only which. */
const makers: Partial<Record<MailTemplate, (app: Sending, mail: ClaimedMail) => Promise<Attached>>> = {
  'request-packs': attachPacks,
}

/** The files of a mail, and its params with what its words say of them. */
export async function attachTo(app: Sending, mail: ClaimedMail): Promise<Attached> {
  const make = makers[mail.template]
  return make ? make(app, mail) : { params: mail.params, attachments: [] }
}
