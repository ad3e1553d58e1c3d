import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { recordActivity } from '../../activity/record.ts'
import type { App } from '../../app.ts'
import type { Db } from '../../db.ts'
import { Forbidden, Invalid, NotFound } from '../../errors.ts'
import { isId } from '../../ids.ts'
import type { Privilege } from '../../privileges/list.ts'
import { lockAsSupervisor } from '../../privileges/members.ts'
import { accountRequestPage } from '../../requests/account/page.ts'
import { type AccountRequest, findAccountRequest, listAccountEvents } from '../../requests/account/queries.ts'
import { longestText } from '../../requests/account/routes.ts'
import { askAccountInformation, declineAccountRequest } from '../../requests/account/settle.ts'
import { countMessage } from '../../requests/limits.ts'
import { parseRequestNumber } from '../../requests/number.ts'
import { statusTag } from '../../requests/status.ts'
import { list, type Problem, readForm } from '../../web/forms.ts'
import { associated, requires } from '../../web/guard.ts'
import { actOnce } from '../../web/once.ts'
import { approveUpgrade } from './approve.ts'
import { listCompanyUpgrades } from './company-queries.ts'
import { readDecline } from './decline-form.ts'
import { confirmNewcomer, listNewcomers, refuseNewcomer } from './newcomers.ts'

const NewcomerForm = Type.Object({ person: Type.String({ minLength: 36, maxLength: 36 }) })
const QuestionForm = Type.Object({ question: Type.String({ minLength: 1, maxLength: longestText }) })
const supervisor = requires('supervisor')

/** R8 inside a company: its supervisors decide who is let in, its contacts vouch for who was let in at once. */
export function companyUpgradeRoutes(app: App): void {
  app.get('/c/:customer/upgrades', { config: supervisor }, async (request, reply) => {
    const { customer, t } = request
    const rows = await app.database.readCustomer(customer.id, (tx) => listCompanyUpgrades(tx, customer.id))
    return reply.page('accounts/upgrades', {
      title: t('accounts.upgrades.title'),
      upgrades: rows.map((row) => ({ ...row, tag: statusTag(row.status) })),
    })
  })

  app.get('/c/:customer/upgrades/:upgrade', { config: supervisor }, (request, reply) =>
    showUpgrade(request, reply, [], {}),
  )

  app.post(
    '/c/:customer/upgrades/:upgrade/approval',
    { config: { ...supervisor, redisplay: showUpgrade } },
    (request, reply) =>
      actOnce(request, reply, async (tx) => {
        const { customer, body } = request
        const found = await findUpgrade(tx, request)
        const privileges = readPrivileges((body as Record<string, unknown> | undefined)?.['privileges'])
        const by = request.person!.id
        await lockAsSupervisor(tx, customer.id, by)
        await approveUpgrade(tx, { requestId: found.id, customerId: customer.id, by, privileges })
        request.flash('accounts.upgrades.approved', { name: found.personName })
        return `${customer.base}/upgrades/${found.number}`
      }),
  )

  app.post(
    '/c/:customer/upgrades/:upgrade/refusal',
    { config: { ...supervisor, redisplay: showUpgrade } },
    (request, reply) =>
      actOnce(request, reply, async (tx) => {
        const { customer } = request
        const found = await findUpgrade(tx, request)
        const decline = readDecline(request.body)
        const by = request.person!.id
        await declineAccountRequest(tx, { requestId: found.id, by, ...decline })
        await record(tx, { request, about: found, verb: 'upgrade.declined' })
        request.flash('accounts.upgrades.declined', { name: found.personName })
        return `${customer.base}/upgrades/${found.number}`
      }),
  )

  app.post(
    '/c/:customer/upgrades/:upgrade/questions',
    { config: { ...supervisor, redisplay: showUpgrade } },
    (request, reply) =>
      actOnce(request, reply, async (tx) => {
        const { customer } = request
        const found = await findUpgrade(tx, request)
        const { question: text } = readForm(request.body, QuestionForm)
        await countMessage(tx, request.person!.id)
        await askAccountInformation(tx, { requestId: found.id, by: request.person!.id, text })
        await record(tx, { request, about: found, verb: 'upgrade.questioned' })
        request.flash('accounts.upgrades.asked', { name: found.personName })
        return `${customer.base}/upgrades/${found.number}`
      }),
  )

  app.get('/c/:customer/newcomers', { config: associated }, async (request, reply) => {
    const { customer, t } = request
    mustVouch(request)
    const newcomers = await app.database.readCustomer(customer.id, (tx) => listNewcomers(tx, customer.id))
    return reply.page('accounts/newcomers', { title: t('accounts.newcomers.title'), newcomers })
  })

  for (const [path, act, flash] of [
    ['confirmed-newcomers', confirmNewcomer, 'accounts.newcomers.confirmed'],
    ['refused-newcomers', refuseNewcomer, 'accounts.newcomers.refused'],
  ] as const) {
    app.post(`/c/:customer/${path}`, { config: associated }, (request, reply) =>
      actOnce(request, reply, async (tx) => {
        const { customer } = request
        mustVouch(request)
        const { person } = readForm(request.body, NewcomerForm)
        if (!isId(person)) throw new NotFound()
        await act(tx, { customerId: customer.id, personId: person, by: request.person!.id })
        request.flash(flash)
        return `${customer.base}/newcomers`
      }),
    )
  }
}

type Deed = {
  request: FastifyRequest
  about: AccountRequest
  verb: 'upgrade.declined' | 'upgrade.questioned'
}

async function record(tx: Db, { request, about, verb }: Deed): Promise<void> {
  await recordActivity(tx, {
    customerId: request.customer.id,
    personId: request.person!.id,
    verb,
    objectKind: 'person',
    objectId: about.personId,
    details: { number: about.number },
  })
}

/** Who awaits confirmation, or has not confirmed their own address, vouches for nobody. */
function mustVouch({ customer, person }: FastifyRequest): void {
  if (customer.awaitsConfirmation || !person!.isConfirmed) throw new Forbidden()
}

async function showUpgrade(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { customer } = request
  const { about, events } = await request.server.database.readCustomer(customer.id, async (tx) => {
    const found = await findUpgrade(tx, request)
    return { about: found, events: await listAccountEvents(tx, found.id) }
  })
  return reply.page('accounts/company-upgrade', {
    ...accountRequestPage(request, about, events, 'supervisors'),
    problems,
    values: { ...values, privileges: list(values['privileges']) },
  })
}

/** Licensing and Reporting; a supervisor is named on the page for that, with what it takes. */
export function readPrivileges(value: unknown): Privilege[] {
  const given = list(value)
  if (given.some((one) => one !== 'licensing' && one !== 'reporting')) {
    throw new Invalid([{ field: 'privileges', key: 'accounts.upgrades.unknownPrivilege' }])
  }
  return (['licensing', 'reporting'] as const).filter((one) => given.includes(one))
}

/** The upgrade in the address; throws NotFound for every other request about the company too. */
async function findUpgrade(tx: Db, { customer, params }: FastifyRequest) {
  const read = parseRequestNumber((params as { upgrade: string }).upgrade)
  if ('problem' in read) throw new NotFound()
  const found = await findAccountRequest(tx, read.number, { customerId: customer.id })
  if (found.kind !== 'upgrade') throw new NotFound()
  return found
}
