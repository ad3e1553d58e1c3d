import { accountMessages } from './messages/accounts.ts'
import { deskMessages } from './messages/desk.ts'
import { noticeMessages } from './messages/notices.ts'
import { notificationMessages } from './messages/notifications.ts'
import { privilegeMessages } from './messages/privileges.ts'
import { requestMessages } from './messages/requests.ts'
import { signInMessages } from './messages/sign-in.ts'

/** Every message we send, by the name of its template. */
export const messages = {
  ...accountMessages,
  ...signInMessages,
  ...noticeMessages,
  ...privilegeMessages,
  ...deskMessages,
  ...requestMessages,
  ...notificationMessages,
}

export type MailTemplate = keyof typeof messages
