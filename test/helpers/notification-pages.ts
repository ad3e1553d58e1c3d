import { unsubscribeToken } from '../../src/notifications/unsubscribe.ts'
import { undeliveredMails } from '../../src/schema.ts'
import type { PageState } from './pages.ts'
import type { Stage } from './stage.ts'
import type { Answer } from './visitor.ts'

const choices = '/account/notifications'
const calendars = `${choices}/calendars`

function page(name: string, who: string, address: string): PageState {
  return { name, status: 200, open: async (stage) => (await stage.as(who)).open(address) }
}

async function made(stage: Stage): Promise<Answer> {
  const several = await stage.as('several')
  const form = await several.open(`${calendars}/new`)
  return several.submitAndFollow(form, { name: 'Échéances <CAD> & Co', customer: '100234' }, calendars)
}

function unsubscribeAddress({ t }: Stage): string {
  const personId = t.cast.people['both@demo.example']!
  const customerId = t.cast.customers['100990']!
  return `/unsubscribe/${unsubscribeToken(t.config, { personId, customerId, topics: ['expiry', 'maintenance'] })}`
}

/** Stay informed, calendars, the link in each mail, and what the desk sees of mail. */
export const notificationPages: PageState[] = [
  page('stay informed', 'both', choices),
  page('stay informed, no company', 'plain', choices),
  {
    name: 'stay informed, wrong days',
    status: 422,
    async open(stage) {
      const both = await stage.as('both')
      return both.submit(await both.open(choices), { topics: ['expiry'], leadDays: '30, soon' }, choices)
    },
  },
  page('stay informed, one company', 'several', '/c/100234/notifications'),
  page('new calendar', 'several', `${calendars}/new`),
  page('new calendar, no Reporting', 'plain', `${calendars}/new`),
  {
    name: 'new calendar, nothing typed',
    status: 422,
    async open(stage) {
      const several = await stage.as('several')
      const form = await several.open(`${calendars}/new`)
      return several.submit(form, { name: '', customer: '100555' }, calendars)
    },
  },
  { name: 'calendar, just made', status: 200, open: made },
  {
    name: 'calendar, revoked',
    status: 200,
    async open(stage) {
      const several = await stage.as('several')
      const calendar = await made(stage)
      const action = calendar.one('form[action$="/revocation"]').getAttribute('action')!
      await several.submit(calendar, {}, action)
      return several.open(action.replace('/revocation', ''))
    },
  },
  {
    name: 'stay informed, with calendars',
    status: 200,
    async open(stage) {
      await made(stage)
      return (await stage.as('several')).open(choices)
    },
  },
  {
    name: 'unsubscribe',
    status: 200,
    open: async (stage) => (await stage.as('')).open(unsubscribeAddress(stage)),
  },
  {
    name: 'unsubscribe, done',
    status: 200,
    async open(stage) {
      const anyone = await stage.as('')
      return anyone.submitAndFollow(await anyone.open(unsubscribeAddress(stage)), { scope: 'company' })
    },
  },
  page('mail not delivered, none', 'desk', '/desk/mail'),
  {
    name: 'mail not delivered',
    status: 200,
    async open(stage) {
      await stage.t.db.owner.db
        .insert(undeliveredMails)
        .values({
          id: '01234567-89ab-7def-8123-456789abcdef',
          toAddress: 'someone.with.a.rather.long.address@department.example.com',
          template: 'expiry-reminder',
          customerNumber: '100234',
          tries: 1,
          refusal:
            '550 5.1.1 <someone.with.a.rather.long.address@department.example.com>: Recipient address rejected',
          writtenAt: new Date(),
        })
        .onConflictDoNothing()
      return (await stage.as('desk')).open('/desk/mail')
    },
  },
]
