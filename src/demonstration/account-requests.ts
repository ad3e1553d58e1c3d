import { sql } from 'drizzle-orm'
import { askUpgrade } from '../accounts/upgrade/ask.ts'
import { declineWrongProof, examineUpgrade } from '../accounts/upgrade/examine.ts'
import type { Db } from '../db.ts'
import { askSupervisor } from '../desk/name-supervisor.ts'
import { actFor, asDesk } from '../desk/scope.ts'
import { askAccountInformation, cancelAccountRequest } from '../requests/account/settle.ts'

type Person = { id: string; name: string; email: string }

/**
 * What people without a company, or without a supervisor, asked for: an upgrade for supervisors to decide, one that
 * is declined, one the desk has a question about, one cancelled; and a supervisor to name. Last in its transaction,
 * since it acts for one company after the other.
 */
export async function makeAccountRequests(tx: Db): Promise<void> {
  const [plain, open, desk] = [
    await find(tx, 'plain@demo.example'),
    await find(tx, 'open@demo.example'),
    await find(tx, 'desk@demo.example'),
  ]
  const ask = (customerNumber: string, proof: string, word: string) =>
    askUpgrade(tx, { personId: plain.id, language: 'en', customerNumber, proof, word })

  const wrong = await ask('101012', 'SO-0000', '')
  await examineUpgrade(tx, wrong.id)
  await declineWrongProof(tx, wrong.id)

  const cancelled = await ask('100243', 'SO-0000', 'A typing error in the number, sorry.')
  await cancelAccountRequest(tx, cancelled.id, plain.id)

  const unclear = await ask('100990', await orderOf(tx, '100990'), 'I plan the installations in Kiel.')
  await examineUpgrade(tx, unclear.id)
  const question = 'Who at Nordlicht Anlagenbau can confirm that you work for them?'
  await askAccountInformation(tx, { requestId: unclear.id, by: desk.id, text: question })

  const waiting = await ask('100234', await orderOf(tx, '100234'), 'New in the design office in Nantes.')
  await examineUpgrade(tx, waiting.id)

  const ponant = await findCompany(tx, '100871')
  await actFor(tx, ponant.id)
  await askSupervisor(tx, {
    customer: ponant,
    person: open,
    nominee: open.email,
    word: 'Je gère les licences depuis l’ouverture du site de Brest.',
    language: 'fr',
  })
}

async function find(tx: Db, email: string): Promise<Person> {
  const [row] = await tx.execute<Person>(sql`select id, name, email from people where email = ${email}`)
  return row!
}

async function findCompany(tx: Db, number: string) {
  await asDesk(tx, 'counter')
  const [row] = await tx.execute<{ id: string; number: string; name: string }>(sql`
    select id, customer_number as number, name from customers where customer_number = ${number}`)
  return row!
}

/** One of the company's own order numbers: the right proof. */
async function orderOf(tx: Db, number: string): Promise<string> {
  const { id } = await findCompany(tx, number)
  const [row] = await tx.execute<{ order: string }>(sql`
    select min(sales_order_number) as order from order_numbers where customer_id = ${id}`)
  return row!.order
}
